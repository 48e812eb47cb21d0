// The page: who uses it, in which channel, and what is seen there. See state.js for what it
// knows, api.js for how the server is reached.
import { get, post, watch } from './api.js';
import { describeComposer, resetComposer, setReply, startComposer } from './composer.js';
import { $, cover, el, icon } from './dom.js';
import { closeExplanation } from './explain.js';
import { interact } from './interactions.js';
import { forgetMessages, showMessages } from './messages.js';
import { attempt, channelNamed, channelTitle, channelTypes, notice, state } from './state.js';
import { currentLanguage, say, setLanguage } from './texts.js';

let leave = () => {};
const actions = { reply: setReply, open };

// remembered keeps a choice for the next visit, where the browser lets it.
function remembered(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

async function begin() {
  setTheme(remembered('theme') ?? '');
  setLanguage(remembered('locale') ?? 'en-US');
  state.start = await get('start');
  $('guild').textContent = state.start.guild.name;
  const known = state.start.people.find((p) => p.id === remembered('person'));
  state.person = (known ?? state.start.people[0]).id;
  $('locale').value = remembered('locale') ?? 'en-US';
  $('locale').addEventListener('change', () => useLocale($('locale').value));
  $('person').addEventListener('change', () => usePerson($('person').value));
  $('theme').addEventListener('change', () => setTheme(remembered('theme', $('theme').value)));
  $('open-channels').addEventListener('click', () => showSidebar(!document.body.classList.contains('channels-open')));
  const closePanels = () => {
    closeExplanation();
    showSidebar(false);
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) closePanels();
  });
  document.addEventListener('click', (event) => {
    if (!$('sidebar').contains(event.target) && !$('open-channels').contains(event.target)) showSidebar(false);
  });
  matchMedia('(max-width: 760px)').addEventListener('change', closePanels); // they may cover the page now, or no more
  $('open-channels').replaceChildren(icon('menu'));
  document.querySelector('.attach span[aria-hidden]').replaceChildren(icon('plus'));
  startComposer(open);
  translate();
  await tellLocale();
  open(remembered('channel') ?? '');
}

// open shows a channel; one that is not there gives way to the first.
function open(channel) {
  leave();
  state.channel = channel;
  state.fresh = true;
  forgetMessages();
  closeExplanation();
  showSidebar(false);
  leave = watch(state.person, channel, see, (lost) => notice(lost ? say('lost') : ''));
}

function see(view) {
  if (!view.channels.some((c) => c.id === state.channel)) {
    open(view.channels.find((c) => c.type === channelTypes.text).id);
    return;
  }
  const first = state.fresh;
  state.fresh = false;
  state.view = view;
  remembered('channel', state.channel);
  showChannels();
  $('channel-name').textContent = channelTitle(channelNamed(state.channel));
  if (first) resetComposer();
  showMessages(actions, first);
  $('start').hidden = view.messages.length > 0 || channelNamed(state.channel).type === channelTypes.forum;
  const typing = view.typing.length ? say('typing', view.typing.join(', ')) : '';
  if ($('typing').textContent !== typing) $('typing').textContent = typing;
}

let shownChannels = '';

function showChannels() {
  const list = state.view.channels;
  const key = JSON.stringify([list.map((c) => [c.id, c.name]), state.channel, currentLanguage()]);
  if (key === shownChannels) return;
  shownChannels = key;
  const focused = $('channels').contains(document.activeElement) ? document.activeElement.dataset.channel : null;
  const entry = (c, below = []) => el('li', {}, el('button', {
    type: 'button', 'data-channel': c.id, 'aria-current': c.id === state.channel ? 'page' : null, onclick: () => open(c.id),
  }, icon({ [channelTypes.text]: 'hash', [channelTypes.dm]: 'mail', [channelTypes.forum]: 'forum' }[c.type] ?? 'chat'), ' ', c.type === channelTypes.dm ? state.start.app.name : c.name),
  below.length ? el('ul', {}, below.map((t) => entry(t))) : null);
  const top = list.filter((c) => !c.thread_metadata);
  $('channels').replaceChildren(...top.map((c) => entry(c, list.filter((t) => t.parent_id === c.id))));
  if (focused) $('channels').querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

function showSidebar(shown) {
  const focused = $('sidebar').contains(document.activeElement);
  if (document.body.classList.toggle('channels-open', shown)) $('sidebar').querySelector('[aria-current]')?.focus();
  else if (focused && !$('sidebar').checkVisibility()) $('open-channels').focus();
  $('open-channels').setAttribute('aria-expanded', String(shown));
  cover($('sidebar'), '.bar > :not(button), main');
}

function setTheme(theme) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  $('theme').value = theme ?? '';
}

async function usePerson(id) {
  state.person = id;
  remembered('person', id);
  await tellLocale();
  open(state.channel);
}

async function useLocale(locale) {
  remembered('locale', locale);
  setLanguage(locale);
  translate();
  await tellLocale();
  if (!state.view) return;
  showChannels();
  resetComposer();
  showMessages(actions, true);
  $('channel-name').textContent = channelTitle(channelNamed(state.channel));
}

const tellLocale = () => attempt(() => post('locale', { as: state.person, locale: $('locale').value }));

// translate says all that the page says in the person's language.
function translate() {
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = say(node.dataset.text);
  $('sidebar').setAttribute('aria-label', say('channels'));
  $('open-channels').setAttribute('aria-label', say('channels'));
  $('messages').setAttribute('aria-label', say('messages'));
  $('person').replaceChildren(...state.start.people.map((p) => el('option', { value: p.id, selected: p.id === state.person }, `${p.name}, ${say(p.moderator ? 'moderator' : 'member')}`)));
  $('model').textContent = state.start.model ? say('model', state.start.model) : say('no_model');
  $('known').textContent = say('known', state.start.app.name, state.start.stories.map((s) => `“${s}”`).join(', '));
  const questions = state.start.questions[currentLanguage()] ?? state.start.questions.en ?? [];
  $('questions').replaceChildren(...questions.map((q) => el('button', {
    type: 'button', class: 'question', onclick: () => interact('slash', { command: 'ask', options: [{ Name: 'question', Value: q }] }),
  }, q)));
  describeComposer();
}

begin().catch((err) => notice(err.message));
