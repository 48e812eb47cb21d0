// What a person does with commands and components, and the modals that come of it.
import { get, post } from './api.js';
import { $, el } from './dom.js';
import { markdown } from './markdown.js';
import { attempt, names, state } from './state.js';
import { say } from './texts.js';

// interact uses a command or a component: see actions, in Go. A modal that it opens is shown.
export async function interact(name, body) {
  const done = await attempt(() => post(name, { as: state.person, channel: state.channel, ...body }));
  if (done?.modal) showModal(done.modal, done.interaction);
  return done;
}

let offered = { key: '', list: null };

// commands are those that the person is offered in the channel: asked for again when
// something about them may have changed.
export async function commands() {
  const key = [state.person, state.channel, document.documentElement.lang, state.view?.commands].join();
  if (offered.key !== key) offered = { key, list: get('commands', { as: state.person, channel: state.channel }) };
  try {
    return await offered.list;
  } catch {
    offered.key = '';
    return [];
  }
}

const kinds = { row: 1, stringSelect: 3, textInput: 4, text: 10, label: 18 };

function showModal(modal, interaction) {
  const inputs = new Map();
  const fields = modal.components.map((c) => {
    if (c.type === kinds.text) return el('div', { class: 'content' }, markdown(c.content, names));
    const input = c.type === kinds.label ? c.component : c.components[0];
    return field(input, c.label || input.label || '', c.description, inputs);
  });
  showForm(modal.title, fields, say('submit'), async () => {
    const values = Object.fromEntries([...inputs].map(([id, node]) => [id, node.value]));
    return interact('submit', { interaction, inputs: values });
  });
}

function field(c, label, description, inputs) {
  const required = c.required !== false;
  const common = { required, 'aria-describedby': description ? `about-${c.custom_id}` : null };
  let input;
  if (c.type === kinds.textInput) {
    const text = { ...common, minlength: c.min_length, maxlength: c.max_length ?? 4000, placeholder: c.placeholder };
    input = c.style === 2 ? el('textarea', { ...text, rows: 8 }) : el('input', { ...text, type: 'text' });
    input.value = c.value ?? '';
  } else {
    input = el('select', common, el('option', { value: '' }, c.placeholder || say('choose')), choices(c));
  }
  inputs.set(c.custom_id, input);
  return el('label', { class: 'field' }, el('span', {}, label, required ? null : el('small', {}, ` (${say('optional')})`)),
    description ? el('small', { id: `about-${c.custom_id}` }, description) : null, input);
}

// choices are the options of a select menu, of whatever kind.
export function choices(c) {
  return options(c).map((o) => el('option', { value: o.value, selected: o.default }, o.label));
}

// options are what can be selected in a menu: { value, label, description }.
export function options(c) {
  const ids = (list) => list.map((o) => ({ value: o.id, label: o.name }));
  switch (c.type) {
    case kinds.stringSelect: return c.options;
    case 5: return ids(state.view.users);
    case 6: return ids(state.view.roles);
    case 7: return [...ids(state.view.users), ...ids(state.view.roles)];
    default: return ids(state.view.channels.filter((x) => x.type !== 1 && (!c.channel_types?.length || c.channel_types.includes(x.type))));
  }
}

// showForm puts a form before the person. It closes when submit returns something.
export function showForm(title, fields, label, submit) {
  const dialog = $('dialog');
  const form = el('form', { method: 'dialog' }, el('h2', { id: 'dialog-title' }, title), fields, el('div', { class: 'buttons' },
    el('button', { type: 'button', onclick: () => dialog.close() }, say('cancel')), el('button', { type: 'submit', class: 'primary' }, label)));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if ((await submit()) !== undefined) dialog.close();
  });
  dialog.replaceChildren(form);
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  dialog.showModal();
}
