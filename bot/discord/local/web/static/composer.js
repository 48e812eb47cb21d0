// Where messages are written, and commands are picked and filled in.
import { post, postForm } from './api.js';
import { commandForm } from './command.js';
import { $, el, icon } from './dom.js';
import { commands } from './interactions.js';
import { attempt, channelNamed, channelTypes, state } from './state.js';
import { say } from './texts.js';

let replyTo = null;
let files = [];
let offered = []; // what the picker shows: { label, description, pick() }
let chosen = 0;
let typed = 0; // when the server was told last that the person writes

const text = $('composer-text');

export function startComposer(open) {
  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send(open);
  });
  text.addEventListener('input', () => {
    grow();
    offer();
    if (state.view && text.value && !text.value.startsWith('/') && Date.now() - typed > 8000) {
      typed = Date.now();
      post('typing', { as: state.person, channel: state.channel }).catch(() => {}); // that it is not seen does not matter
    }
  });
  text.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (offered.length && pickerKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send(open);
    } else if (event.key === 'Escape') setReply(null);
  });
  text.addEventListener('blur', () => setTimeout(hidePicker, 150)); // a click on the picker comes first
  $('files').addEventListener('change', () => {
    files = [...files, ...$('files').files];
    $('files').value = '';
    showFiles();
  });
}

// resetComposer begins anew: another channel, or another person.
export function resetComposer() {
  setReply(null);
  commandForm(null);
  if (document.activeElement === text) offer(); // others may be offered now
  else hidePicker();
  describeComposer();
}

export function describeComposer() {
  const channel = channelNamed(state.channel);
  let about = say('ask', state.start.app.name);
  if (channel?.type === channelTypes.forum) about = say('forum');
  if (channel?.type === channelTypes.dm) about = say('write', `@${state.start.app.name}`);
  text.placeholder = about;
  text.setAttribute('aria-label', about);
}

export function setReply(message) {
  replyTo = message;
  const box = $('replying');
  box.hidden = !message;
  if (!message) return;
  box.replaceChildren(say('replying', message.author.username), ' ', el('button', { type: 'button', class: 'like-link', onclick: () => setReply(null) }, say('cancel')));
  text.focus();
}

function grow() {
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 200)}px`;
}

function showFiles() {
  $('attached').replaceChildren(...files.map((file, i) => el('li', {}, icon('file'), ` ${file.name} `, el('button', {
    type: 'button', class: 'like-link', 'aria-label': say('remove', file.name), onclick: () => {
      files.splice(i, 1);
      showFiles();
    },
  }, '✕'))));
}

// addressed is a text with names in place of which Discord has mentions.
function addressed(content) {
  return content.replace(/@([\w.-]+)/g, (whole, name) => {
    const user = state.view.users.find((u) => u.name.toLowerCase() === name.toLowerCase());
    return user ? `<@${user.id}>` : whole;
  });
}

// send posts what is written. What is written while it is on its way is the next message; what
// could not be sent comes back, unless there is that.
async function send(open) {
  if (!state.view) return;
  const draft = { text: text.value, files, replyTo };
  const content = addressed(draft.text.trim());
  if (!content && !files.length) return;
  const { channel: id, person } = state;
  const channel = channelNamed(id);
  fill({ text: '', files: [], replyTo: null });
  const sent = channel?.type === channelTypes.forum
    ? await attempt(() => post('post', { as: person, channel: id, name: titled(draft.text), content }))
    : await attempt(() => postForm('say', { as: person, channel: id, content, reply_to: draft.replyTo?.id ?? '' }, draft.files));
  if (!sent && !text.value && !files.length && state.channel === id && state.person === person) fill(draft);
  if (sent && channel?.type === channelTypes.forum) open(sent.id);
}

// titled is the title of a post: its beginning, without whom it speaks to.
function titled(text) {
  const rest = text.replace(`@${state.start.app.name}`, '').trim();
  return (rest || text.trim()).slice(0, 80);
}

// fill puts a draft into the composer.
function fill(draft) {
  text.value = draft.text;
  files = draft.files;
  typed = 0;
  showFiles();
  setReply(draft.replyTo);
  grow();
  hidePicker();
}

// offer shows what can be picked for what has been typed: commands after a slash, people
// after an at sign.
async function offer() {
  if (!state.view) return;
  const value = text.value;
  const at = value.slice(0, text.selectionStart).match(/(?:^|\s)@([\w.-]*)$/);
  if (value.startsWith('/')) {
    const list = (await commands()).filter((c) => c.type === 1).flatMap(usable);
    if (text.value !== value) return;
    const words = value.slice(1).toLowerCase();
    const fits = list.filter((c) => c.label.toLowerCase().startsWith(words) || c.name.startsWith(words));
    const near = list.filter((c) => !fits.includes(c) && c.label.toLowerCase().includes(words));
    const written = list.filter((c) => begins(c, words));
    const found = [...fits, ...near, ...written];
    if (!found.length && words) {
      const more = state.start.people.find((p) => p.id === state.person)?.moderator ? '' : say('moderators_have_more');
      show([{ label: say('no_command'), description: more, pick: hidePicker }]);
    } else show(found.map((c) => ({ label: `/${c.label}`, description: c.description, pick: () => use(c, value.slice(1)) })));
  } else if (at) {
    const fits = state.view.users.filter((u) => u.name.toLowerCase().startsWith(at[1].toLowerCase()) && u.id !== state.person);
    show(fits.map((u) => ({ label: `@${u.name}`, description: u.bot ? say('app') : '', pick: () => insert(`@${u.name} `, at[1].length + 1) })));
  } else hidePicker();
}

// usable are the subcommands of a command, or it itself.
function usable(command) {
  const walk = (path, labels, o) => {
    const below = (o.options ?? []).filter((p) => p.type <= 2);
    if (below.length) return below.flatMap((p) => walk([...path, p.name], [...labels, p.name_localized || p.name], p));
    return [{ name: path.join(' '), label: labels.join(' '), description: o.description_localized || o.description, options: o.options ?? [] }];
  };
  return walk([command.name], [command.name_localized || command.name], command);
}

// begins is the command's name with which a written one begins, if it goes on after it.
const begins = (command, written) => [command.label, command.name].find((n) => written.toLowerCase().startsWith(`${n.toLowerCase()} `));

// use has a command filled in. What stands behind its name, where it was written out, is the
// value of the option that it needs.
function use(command, written) {
  const value = written.slice(begins(command, written)?.length ?? written.length).trim();
  text.value = '';
  grow();
  hidePicker();
  commandForm(command, value);
}

function insert(word, instead) {
  const end = text.selectionStart;
  text.setRangeText(word, end - instead, end, 'end');
  hidePicker();
}

function show(list) {
  offered = list;
  chosen = 0;
  const picker = $('picker');
  picker.hidden = !list.length;
  picker.setAttribute('aria-label', say('commands'));
  picker.replaceChildren(...list.map((item, i) => el('div', { role: 'option', id: `pick-${i}`, onpointerdown: (event) => event.preventDefault(), onclick: () => item.pick() },
    el('strong', {}, item.label), el('small', {}, item.description))));
  text.setAttribute('aria-expanded', String(list.length > 0));
  mark();
}

function mark() {
  const all = [...$('picker').children];
  all.forEach((node, i) => node.setAttribute('aria-selected', String(i === chosen)));
  all[chosen]?.scrollIntoView({ block: 'nearest' });
  if (all.length) text.setAttribute('aria-activedescendant', `pick-${chosen}`);
  else text.removeAttribute('aria-activedescendant');
}

function hidePicker() {
  if (offered.length) show([]);
}

// pickerKey reports whether a key was for the picker.
function pickerKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + offered.length) % offered.length;
    mark();
  } else if (event.key === 'Enter' || event.key === 'Tab') offered[chosen].pick();
  else if (event.key === 'Escape') hidePicker();
  else return false;
  event.preventDefault();
  return true;
}
