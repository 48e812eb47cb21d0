// The form in which a command's options are filled in.
import { post, postForm } from './api.js';
import { $, el } from './dom.js';
import { interact } from './interactions.js';
import { attempt, state } from './state.js';
import { say } from './texts.js';

const types = { integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, attachment: 11 };

// commandForm has the person fill in a command, or, with null, no more. One without options
// is used at once. A value is that of the option that it needs, and may begin with its name.
export function commandForm(command, value = '') {
  const form = $('command');
  form.hidden = !command;
  form.replaceChildren();
  if (!command) return;
  if (!command.options.length) {
    form.hidden = true;
    $('composer-text').focus();
    interact('slash', { command: command.name, options: [] });
    return;
  }
  const fields = command.options.map((o) => field(o, () => given(fields), command));
  const cancel = () => {
    commandForm(null);
    $('composer-text').focus();
  };
  form.setAttribute('aria-label', say('options', `/${command.label}`));
  form.append(el('p', { class: 'title' }, el('strong', {}, `/${command.label}`), ' ', el('small', {}, command.description)), ...fields.map((f) => f.node),
    el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: cancel }, say('cancel')), el('button', { type: 'submit', class: 'primary' }, say('send'))));
  form.onkeydown = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) cancel();
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    for (const f of fields) {
      if (!(await f.ready())) return;
    }
    const body = { command: command.name, options: given(fields) };
    form.querySelector('[type=submit]').disabled = true;
    const done = await interact('slash', body);
    if (done) cancel();
    else form.querySelector('[type=submit]')?.removeAttribute('disabled');
  };
  const needed = form.querySelector('input[type=text][required]');
  if (needed) needed.value = value.replace(new RegExp(`^${needed.dataset.option}:\\s*`), '');
  fields[0].focus();
}

// given are the options that have a value.
const given = (fields) => fields.map((f) => ({ Name: f.name, Value: f.value() })).filter((o) => o.Value !== '');

// A field is { name, node, value(), ready(), focus() }: ready uploads a file.
function field(o, others, command) {
  const common = { required: o.required, 'data-option': o.name };
  let input;
  let value = () => input.value;
  let ready = async () => true;
  let list = null;
  if (o.type === types.attachment) {
    let id = '';
    input = el('input', { ...common, type: 'file', onchange: () => { id = ''; } });
    value = () => id;
    ready = async () => {
      if (!input.files.length || id) return true;
      const stored = await attempt(() => postForm('upload', {}, [input.files[0]]));
      id = stored?.id ?? '';
      return Boolean(stored);
    };
  } else if (o.choices?.length || picks(o)) {
    input = el('select', common, el('option', { value: '' }, o.required ? say('choose') : '—'), (picks(o) ?? o.choices.map((c) => ({ value: c.value, label: c.name_localized || c.name })))
      .map((c) => el('option', { value: c.value }, c.label)));
  } else if (o.autocomplete) {
    ({ input, value, list } = suggesting(o, common, others, command));
  } else if (o.type === types.integer || o.type === types.number) {
    input = el('input', { ...common, type: 'number', min: o.min_value, max: o.max_value, step: o.type === types.integer ? 1 : 'any' });
  } else {
    input = el('input', { ...common, type: 'text', minlength: o.min_length, maxlength: o.max_length ?? 2000, autocomplete: 'off' });
  }
  const about = o.description_localized || o.description;
  const node = el('div', { class: 'field' }, el('label', {}, el('span', {}, o.name_localized || o.name, o.required ? null : el('small', {}, ` (${say('optional')})`)), el('small', {}, about), input), list);
  return { name: o.name, node, value, ready, focus: () => input.focus() };
}

// picks are what there is to choose of an option's kind, or null.
function picks(o) {
  const ids = (list) => list.map((x) => ({ value: x.id, label: x.name }));
  switch (o.type) {
    case types.boolean: return [{ value: 'true', label: say('yes') }, { value: 'false', label: say('no') }];
    case types.user: return ids(state.view.users);
    case types.role: return ids(state.view.roles);
    case types.mentionable: return [...ids(state.view.users), ...ids(state.view.roles)];
    case types.channel: return ids(state.view.channels.filter((c) => c.type !== 1 && (!o.channel_types?.length || o.channel_types.includes(c.type))));
    default: return null;
  }
}

// suggesting is an input for which the bot suggests values while it is typed in.
function suggesting(o, common, others, command) {
  let picked = null; // { label, value }
  let shown = [];
  let at = -1;
  let asked = 0;
  const id = `suggest-${o.name}`;
  const list = el('div', { role: 'listbox', id, class: 'suggestions', hidden: true, 'aria-label': o.name_localized || o.name });
  const input = el('input', { ...common, type: 'text', autocomplete: 'off', role: 'combobox', 'aria-controls': id, 'aria-expanded': 'false', 'aria-autocomplete': 'list', maxlength: 100 });
  // What is marked stays so when newer suggestions, which come late, have it too.
  const show = (choices) => {
    const marked = shown[at]?.value;
    shown = choices;
    list.hidden = !choices.length;
    input.setAttribute('aria-expanded', String(choices.length > 0));
    list.replaceChildren(...choices.map((c, i) => el('div', { role: 'option', id: `${id}-${i}`, onpointerdown: (event) => event.preventDefault(), onclick: () => pick(c) }, c.name_localized || c.name)));
    mark(choices.findIndex((c) => c.value === marked));
  };
  const mark = (i) => {
    at = i;
    if (at < 0) return input.removeAttribute('aria-activedescendant');
    [...list.children].forEach((n, i) => n.setAttribute('aria-selected', String(i === at)));
    list.children[at].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', `${id}-${at}`);
  };
  const pick = (c) => {
    asked++;
    picked = { label: c.name_localized || c.name, value: String(c.value) };
    input.value = picked.label;
    show([]);
  };
  const ask = async () => {
    const mine = ++asked;
    const rest = others().filter((x) => x.Name !== o.name);
    let choices = [];
    try {
      choices = await post('suggest', { as: state.person, channel: state.channel, command: command.name, focused: o.name, options: [...rest, { Name: o.name, Value: input.value }] });
    } catch { /* then nothing is suggested */ }
    if (mine === asked && document.activeElement === input) show(choices ?? []);
  };
  input.addEventListener('input', () => {
    picked = null;
    ask();
  });
  input.addEventListener('focus', ask);
  input.addEventListener('blur', () => {
    asked++;
    show([]);
  });
  input.addEventListener('keydown', (event) => {
    if (!shown.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      mark(at < 0 && step < 0 ? shown.length - 1 : (at + step + shown.length) % shown.length);
    } else if (event.key === 'Enter' && at >= 0) pick(shown[at]);
    else if (event.key === 'Escape') show([]);
    else return;
    event.preventDefault();
  });
  return { input, list, value: () => (picked && picked.label === input.value ? picked.value : input.value) };
}
