// How an answer came to be: for the curious.
import { get } from './api.js';
import { $, el } from './dom.js';
import { attempt, state } from './state.js';
import { say } from './texts.js';

let opener = null;

export async function explain(m) {
  opener = document.activeElement;
  const told = await attempt(() => get('explanation', { as: state.person, channel: state.channel, message: m.id }));
  if (told === undefined) return;
  const panel = $('explain');
  const close = el('button', { type: 'button', class: 'icon', 'aria-label': say('close'), onclick: closeExplanation }, '✕');
  panel.replaceChildren(el('div', { class: 'head' }, el('h2', { id: 'explain-title' }, say('explain')), close), ...(told ? sections(told) : [el('p', {}, say('x_none'))]));
  panel.hidden = false;
  close.focus();
}

export function closeExplanation() {
  if ($('explain').hidden) return;
  $('explain').hidden = true;
  if (opener?.isConnected) opener.focus();
}

function sections({ answer, sent }) {
  const nodes = [el('blockquote', {}, answer.question)];
  const x = answer.explain;
  if (answer.timings_ms.total) nodes.push(el('p', { class: 'small' }, say('x_took', answer.timings_ms.search.toFixed(1), answer.timings_ms.total.toFixed(1))));
  if (x) nodes.push(...found(x));
  nodes.push(section(say('x_sent'), sent?.length ? sent.map(request) : [el('p', {}, say(state.start.model ? 'x_not_sent' : 'x_no_model'))]));
  if (answer.fallback) nodes.push(el('p', { class: 'notice' }, say('x_fallback', answer.fallback)));
  if (answer.statements.length) nodes.push(section(say('x_statements'), [el('ol', {}, answer.statements.map((s) => statement(s, answer.citations)))]));
  nodes.push(section(say('x_removed'), answer.removed.length
    ? [el('ul', {}, answer.removed.map((r) => el('li', {}, el('s', {}, r.text), el('p', { class: 'small why' }, r.why))))] : [el('p', {}, say('x_none_removed'))]));
  return nodes;
}

const section = (title, nodes) => el('section', {}, el('h3', {}, title), nodes);

function found(x) {
  const number = (n) => n.toFixed(2);
  const nodes = [el('p', { class: 'small' }, say('x_evidence', number(x.strength), number(x.needed)))];
  if (x.unknown.length) nodes.push(el('p', { class: 'small' }, say('x_unknown', x.unknown.join(', '))));
  nodes.push(section(say('x_passages'), [el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('x_score')), el('th', { scope: 'col' }, say('x_passage')))),
    el('tbody', {}, x.passages.map((p) => el('tr', {}, el('td', {}, el('meter', { min: 0, max: 1, value: p.score }), ` ${number(p.score)}`), el('td', {}, p.story, ', ', say('x_paragraph', p.paragraph))))))]));
  if (x.terms?.length) nodes.push(section(say('x_terms'), [el('p', { class: 'terms' }, x.terms.map((t) => el('span', { class: 'mention' }, `${t.text} ${number(t.weight)}`)).flatMap((n) => [n, ' ']))]));
  return nodes;
}

function request(s) {
  const part = (title, text) => el('details', {}, el('summary', {}, title), el('pre', {}, text));
  return el('div', { class: 'request' }, part(say('x_system'), s.system), part(say('x_user'), s.user), part(say('x_reply'), s.reply || s.error || '—'), s.error ? el('p', { class: 'notice' }, s.error) : null);
}

function statement(s, citations) {
  const cited = citations.filter((c) => s.citations.includes(c.n));
  return el('li', {}, s.text, el('p', { class: 'small' }, say(`x_${s.support}`)),
    cited.map((c) => el('p', { class: 'small' }, `[${c.n}] ${c.story}, ${say('x_paragraph', c.paragraph)} — ${say('x_quote_of')}: “${c.quote}”`)));
}
