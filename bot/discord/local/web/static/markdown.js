// Discord's Markdown, as nodes.
import { el, link, webAddress } from './dom.js';
import { say } from './texts.js';

// markdown draws a text. names gives what mentions stand for: user(id), channel(id) and
// role(id), each a name or undefined.
export function markdown(text, names) {
  const out = document.createDocumentFragment();
  out.append(...blocks(text.trimEnd(), names));
  return out;
}

// plain is a text in one line without its marks.
export function plain(text, names) {
  const parts = [...markdown(text, names).childNodes].map((n) => n.textContent);
  return parts.join(' ').replace(/\s+/g, ' ').trim();
}

function blocks(text, names) {
  const nodes = [];
  // Code keeps what is in it.
  for (const [i, part] of text.split(/```(?:[\w+-]*\n)?([\s\S]+?)```/).entries()) {
    if (i % 2) nodes.push(el('pre', {}, el('code', {}, part.replace(/\n$/, ''))));
    else if (part) nodes.push(...lines(part.replace(/^\n|\n$/g, ''), names));
  }
  return nodes;
}

function lines(text, names) {
  const nodes = [];
  let run = []; // of the same kind: { kind, text }
  const flush = () => {
    if (run.length) nodes.push(block(run, names));
    run = [];
  };
  const all = text.split('\n');
  for (let i = 0; i < all.length; i++) {
    if (all[i].startsWith('>>> ')) {
      flush();
      nodes.push(el('blockquote', {}, blocks([all[i].slice(4), ...all.slice(i + 1)].join('\n'), names)));
      return nodes;
    }
    const line = kindOf(all[i]);
    if (run.length && run[0].kind !== line.kind) flush();
    run.push(line);
    if (line.kind.startsWith('h') || line.kind === 'small' || line.kind === 'blank') flush();
  }
  flush();
  return nodes;
}

function kindOf(line) {
  const starts = [
    [/^-# +(.*)$/, 'small'], [/^### +(.*)$/, 'h3'], [/^## +(.*)$/, 'h2'], [/^# +(.*)$/, 'h1'],
    [/^> (.*)$/, 'quote'], [/^ *[-*] +(.*)$/, 'list'], [/^ *\d+\. +(.*)$/, 'numbers'],
  ];
  for (const [pattern, kind] of starts) {
    const match = line.match(pattern);
    if (match) return { kind, text: match[1] };
  }
  if (line === '>') return { kind: 'quote', text: '' };
  return { kind: line.trim() ? 'text' : 'blank', text: line };
}

function block(run, names) {
  const kind = run[0].kind;
  switch (kind) {
    case 'quote': return el('blockquote', {}, lines(run.map((l) => l.text).join('\n'), names));
    case 'list': return el('ul', {}, run.map((l) => el('li', {}, inline(l.text, names))));
    case 'numbers': return el('ol', {}, run.map((l) => el('li', {}, inline(l.text, names))));
    case 'small': return el('p', { class: 'small' }, inline(run[0].text, names));
    case 'text': return el('p', {}, inline(run.map((l) => l.text).join('\n'), names));
    default: return el('p', { class: kind }, inline(run[0].text, names)); // blank; and headings: the page's own are others
  }
}

// Each rule: what it looks like at the beginning of a text, and what it becomes.
const rules = [
  [/^\\([^\sA-Za-z0-9])/, (m) => m[1]],
  [/^`([^`]+)`/, (m) => el('code', {}, m[1])],
  [/^<@!?(\d+)>/, (m, n) => mention('@', n.user(m[1]))],
  [/^<#(\d+)>/, (m, n) => mention('#', n.channel(m[1]))],
  [/^<@&(\d+)>/, (m, n) => mention('@', n.role(m[1]))],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (m) => time(Number(m[1]), m[2])],
  [/^<\/([^:>]{1,100}):\d+>/, (m) => el('span', { class: 'mention' }, `/${m[1]}`)],
  [/^\[((?:\\.|[^\]\\])+)\]\(<?(https?:\/\/[^\s<>]+?)>?\)/, (m, n) => anchor(m[2], inline(m[1], n), m[0])],
  [/^<(https?:\/\/[^\s<>]+)>/, (m) => anchor(m[1], [m[1]], m[0])],
  [/^https?:\/\/[^\s<>]+[^\s<>.,:;"'!?)\]]/, (m) => anchor(m[0], [m[0]], m[0])],
  [/^\*\*\*((?:\\.|[^\\])+?)\*\*\*(?!\*)/, (m, n) => el('strong', {}, el('em', {}, inline(m[1], n)))],
  [/^\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/, (m, n) => el('strong', {}, inline(m[1], n))],
  [/^__((?:\\.|[^\\])+?)__(?!_)/, (m, n) => el('u', {}, inline(m[1], n))],
  [/^\*(?=\S)((?:\\.|[^\\*])+?)\*(?!\*)/, (m, n) => el('em', {}, inline(m[1], n))],
  [/^_((?:\\.|[^\\_])+?)_(?![A-Za-z0-9_])/, (m, n) => el('em', {}, inline(m[1], n))],
  [/^~~((?:\\.|[^\\])+?)~~/, (m, n) => el('s', {}, inline(m[1], n))],
  [/^\|\|((?:\\.|[^\\])+?)\|\|/, (m, n) => spoiler(inline(m[1], n))],
];

const special = /[\\`<[*_~|]|https?:\/\//;

function inline(text, names) {
  const nodes = [];
  let plainText = '';
  while (text) {
    const at = text.search(special);
    if (at < 0) {
      plainText += text;
      break;
    }
    plainText += text.slice(0, at);
    text = text.slice(at);
    let taken = 0;
    for (const [pattern, make] of rules) {
      const match = text.match(pattern);
      if (!match) continue;
      const node = make(match, names);
      if (typeof node === 'string') plainText += node;
      else {
        nodes.push(plainText, node);
        plainText = '';
      }
      taken = match[0].length;
      break;
    }
    if (!taken) plainText += text[0];
    text = text.slice(taken || 1);
  }
  return [...nodes, plainText].filter((n) => n !== '');
}

function spoiler(children) {
  const cover = el('button', { type: 'button', class: 'spoiler', onclick: () => cover.replaceWith(el('span', { class: 'mention' }, children)) }, say('spoiler'));
  return cover;
}

function mention(sign, name) {
  return el('span', { class: 'mention' }, name === undefined ? `${sign}unknown` : sign + name);
}

function anchor(address, children, otherwise) {
  const safe = webAddress(address);
  return safe ? link(safe, ...children) : otherwise;
}

function time(seconds, style = 'f') {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return '';
  const locale = document.documentElement.lang;
  let text;
  if (style === 'R') {
    const units = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
    const away = seconds - Date.now() / 1000;
    const [unit, size] = units.find(([, s]) => Math.abs(away) >= s) || units.at(-1);
    text = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.round(away / size), unit);
  } else {
    const forms = {
      t: { timeStyle: 'short' }, T: { timeStyle: 'medium' }, d: { dateStyle: 'short' }, D: { dateStyle: 'long' },
      f: { dateStyle: 'long', timeStyle: 'short' }, F: { dateStyle: 'full', timeStyle: 'short' },
    };
    text = new Intl.DateTimeFormat(locale, forms[style]).format(date);
  }
  return el('time', { datetime: date.toISOString(), title: date.toLocaleString(locale) }, text);
}
