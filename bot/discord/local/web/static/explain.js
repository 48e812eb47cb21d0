// How an answer, or a check, came to be: for the curious.
import { get } from './api.js';
import { $, cover, el } from './dom.js';
import { attempt, state } from './state.js';
import { say } from './texts.js';

let explained = ''; // the message's id
const covered = '.bar, #sidebar, main';

export async function explain(m) {
  explained = m.id;
  const told = await attempt(() => get('explanation', { as: state.person, channel: state.channel, message: m.id }));
  if (told === undefined) return;
  const panel = $('explain');
  const close = el('button', { type: 'button', class: 'icon', 'aria-label': say('close'), onclick: closeExplanation }, '✕');
  panel.replaceChildren(el('div', { class: 'head' }, el('h2', { id: 'explain-title' }, say('explain')), close), ...(told ? sections(told) : [el('p', {}, say('x_none'))]));
  panel.hidden = false;
  panel.scrollTop = 0;
  cover(panel, covered);
  close.focus();
}

// closeExplanation also brings the focus back to the message, which may have been drawn anew.
export function closeExplanation() {
  const panel = $('explain');
  if (panel.hidden) return;
  const focused = panel.contains(document.activeElement);
  panel.hidden = true;
  cover(panel, covered);
  if (focused) (document.querySelector(`[data-id="${CSS.escape(explained)}"] .explain`) ?? $('composer-text')).focus();
}

function sections({ answer, check, sent }) {
  if (check) return [took(check.timings_ms), ...asked(sent, 'x_words_alone'), fallback(check), claims(check)].filter(Boolean);
  const nodes = [el('blockquote', {}, answer.question), took(answer.timings_ms)];
  if (answer.explain) nodes.push(...found(answer.explain));
  nodes.push(...asked(sent, 'x_own_sentences'), fallback(answer));
  if (answer.statements.length) nodes.push(section(say('x_statements'), el('ol', {}, answer.statements.map((s) => statement(s, answer.citations)))));
  nodes.push(section(say('x_removed'), answer.removed.length
    ? el('ul', {}, answer.removed.map((r) => el('li', {}, el('s', {}, r.text), el('p', { class: 'small why', lang: 'en' }, r.why)))) : el('p', {}, say('x_none_removed'))));
  return nodes.filter(Boolean);
}

const section = (title, ...nodes) => el('section', {}, el('h3', {}, title), nodes);

const small = (...children) => el('p', { class: 'small' }, ...children);

function took(t) {
  if (!t.total) return null;
  return small(t.search ? say('x_took', t.search.toFixed(1), t.total.toFixed(1)) : say('x_took_in_all', t.total.toFixed(1)));
}

const fallback = (of) => (of.fallback ? el('p', { class: 'notice' }, say(`x_fallback_${of.fallback}`)) : null);

function found(x) {
  const number = (n) => n.toFixed(2);
  const nodes = [small(say('x_evidence', number(x.strength), number(x.needed)))];
  if (x.unknown.length) nodes.push(small(say('x_unknown', x.unknown.join(', '))));
  nodes.push(section(say('x_passages'), el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, say('x_score')), el('th', { scope: 'col' }, say('x_passage')))),
    el('tbody', {}, x.passages.map((p) => el('tr', {}, el('td', {}, el('meter', { min: 0, max: 1, value: p.score, 'aria-hidden': 'true' }), ` ${number(p.score)}`),
      el('td', {}, el('details', {}, el('summary', {}, say('x_paragraph', p.paragraph), ' · ', p.story), el('p', { class: 'passage' }, p.text)))))))));
  if (x.terms?.length) nodes.push(section(say('x_terms'), el('p', { class: 'terms' }, x.terms.map((t) => el('span', { class: 'mention' }, `${t.text} ${number(t.weight)}`)).flatMap((n) => [n, ' ']))));
  return nodes;
}

// asked is what was sent to the model; without one, what that means.
function asked(sent, without) {
  const nothing = () => (state.start.model ? say('x_not_sent') : `${say('x_no_model')} ${say(without)}`);
  return [section(say('x_sent'), sent.length ? el('ol', {}, sent.map(request)) : el('p', {}, nothing()))];
}

function request(s) {
  const part = (title, text) => el('details', {}, el('summary', {}, title), el('pre', {}, text));
  return el('li', { class: 'request' }, part(say('x_system'), s.system), part(say('x_user'), s.user), part(say('x_reply'), s.reply || s.error || '—'), s.error ? el('p', { class: 'notice' }, s.error) : null);
}

function statement(s, citations) {
  return el('li', {}, s.text, small(say(`x_${s.support}`)), quotes(s, citations));
}

function claims(check) {
  const verdict = (c) => (c.verdict === 'not_in_stories' && c.reason && c.reason !== 'not_told' ? 'undecided' : c.verdict); // as the bot says it
  return section(say('x_claims'), el('ol', {}, check.claims.map((c) => el('li', {}, c.text,
    el('p', { class: `verdict ${c.verdict}` }, say(`x_${verdict(c)}`)), el('p', { class: 'small why', lang: 'en' }, c.why), quotes(c, check.citations)))));
}

// quotes are those of what a statement or a claim cites.
function quotes(of, citations) {
  return citations.filter((c) => of.citations.includes(c.n))
    .map((c) => small(`[${c.n}] ${c.story}, ${say('x_paragraph', c.paragraph)}. ${say('x_quote_of')}: “${c.quote}”`));
}
