// Messages, as Discord draws them.
import { post } from './api.js';
import { $, el, icon, link, webAddress } from './dom.js';
import { explain } from './explain.js';
import { commands, interact, options, showForm } from './interactions.js';
import { markdown, plain } from './markdown.js';
import { closePopup, popup } from './popup.js';
import { attempt, channelTypes, flags, names, state } from './state.js';
import { currentLanguage, say } from './texts.js';

const drawn = new Map(); // by id: { text, node }

// showMessages draws what has changed, and, unless it is the first look at a channel, has what
// others have written read aloud. actions are { reply(message), open(channel) }.
export function showMessages(actions, first = false) {
  const list = $('messages');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const kept = new Set();
  let previous = null;
  let grew = false;
  for (const m of state.view.messages) {
    kept.add(m.id);
    const joined = joins(previous, m);
    const text = JSON.stringify([m, joined, currentLanguage(), state.person]);
    let known = drawn.get(m.id);
    if (known?.text !== text) {
      const node = draw(m, joined, actions);
      if (known) replace(known.node, node);
      else grew = true;
      known = { text, node };
      drawn.set(m.id, known);
      if (!first && m.author.id !== state.person && !(m.flags & flags.loading)) announce(m.author.username, node);
    }
    const after = previous ? drawn.get(previous.id).node.nextSibling : list.firstChild;
    if (after !== known.node) list.insertBefore(known.node, after);
    previous = m;
  }
  for (const [id, { node }] of drawn) {
    if (kept.has(id)) continue;
    node.remove();
    drawn.delete(id);
  }
  if (atEnd || grew) list.scrollTop = list.scrollHeight;
}

let announcing = 0;

// announce has a message read aloud once it does not change any more: an answer grows.
function announce(author, node) {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    $('announced').textContent = `${author}: ${[...node.querySelectorAll('.content')].map((n) => n.innerText).join(' ')}`;
  }, 1200);
}

// forgetMessages empties the list: another channel, or another person, is shown.
export function forgetMessages() {
  clearTimeout(announcing);
  drawn.clear();
  $('messages').replaceChildren();
}

// replace keeps the focus where it was.
function replace(old, node) {
  const key = old.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  old.replaceWith(node);
  if (key) [...node.querySelectorAll('[data-key]')].find((n) => n.dataset.key === key)?.focus();
}

// joins reports whether a message stands below the one before without its author.
function joins(before, m) {
  return before && before.author.id === m.author.id && !m.reply_to && !m.command && !before.command &&
    new Date(m.timestamp) - new Date(before.timestamp) < 7 * 60 * 1000 && (m.flags & flags.ephemeral) === (before.flags & flags.ephemeral);
}

function draw(m, joined, actions) {
  const ephemeral = m.flags & flags.ephemeral;
  const bot = m.author.bot;
  const node = el('li', { class: ['message', joined && 'joined', ephemeral && 'ephemeral', bot && 'bot'].filter(Boolean).join(' '), 'data-id': m.id });
  if (m.type === 18) { // a thread was started
    node.append(el('p', { class: 'small' }, say('started', m.author.username, m.content)));
    return node;
  }
  if (m.command?.name) node.append(el('p', { class: 'origin small' }, say('used', m.command.user, `/${m.command.name}`)));
  if (m.reply_to) {
    node.append(el('p', { class: 'origin small' }, icon('reply'), ' ', m.reply_to.id
      ? [el('strong', {}, m.reply_to.author), ' ', shorten(plain(m.reply_to.content, names), 90)] : say('gone')));
  }
  node.append(el('span', { class: `avatar ${bot ? 'of-bot' : m.author.username}`, 'aria-hidden': 'true' }, bot ? icon('book') : m.author.username[0].toUpperCase()));
  const at = new Date(m.timestamp);
  node.append(el('p', { class: 'author' }, el('strong', {}, m.author.username), bot ? el('span', { class: 'tag' }, say('app')) : null,
    el('time', { datetime: m.timestamp }, new Intl.DateTimeFormat(currentLanguage(), { timeStyle: 'short' }).format(at))));
  const body = el('div', { class: 'content' });
  if (m.flags & flags.loading) body.append(el('p', { class: 'loading' }, say('thinking', m.author.username)));
  else body.append(markdown(m.content, names));
  if (m.edited_timestamp && m.content && !m.command) (body.lastElementChild ?? body).append(el('span', { class: 'small edited' }, ` ${say('edited')}`));
  node.append(body, ...m.embeds.map(embed), ...m.attachments.map(attachment), ...m.components.map((row) => components(row, m)));
  if (m.reactions) {
    node.append(el('div', { class: 'row' }, m.reactions.map((r) => el('button', {
      type: 'button', class: 'reaction', 'aria-pressed': String(r.mine), 'data-key': `reaction ${r.emoji}`,
      onclick: () => attempt(() => post(r.mine ? 'unreact' : 'react', { as: state.person, message: m.id, emoji: r.emoji })),
    }, `${r.emoji} ${r.count}`))));
  }
  if (m.thread) node.append(el('button', { type: 'button', class: 'thread', 'data-key': 'thread', onclick: () => actions.open(m.thread.id) }, icon('chat'), ` ${say('thread_open', m.thread.name)}`));
  if (ephemeral) {
    node.append(el('p', { class: 'small only-you' }, icon('eye'), ` ${say('only_you')} · `, el('button', {
      type: 'button', class: 'like-link', 'data-key': 'dismiss', onclick: () => attempt(() => post('delete', { as: state.person, message: m.id })),
    }, say('dismiss'))));
  }
  node.append(toolbar(m, actions));
  return node;
}

const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function embed(e) {
  const box = el('article', { class: 'embed' });
  if (e.color) box.style.setProperty('--embed', `#${e.color.toString(16).padStart(6, '0')}`);
  const linked = (text, address) => (webAddress(address) ? link(webAddress(address), text) : text);
  if (e.author) box.append(el('p', { class: 'small' }, linked(e.author.name, e.author.url)));
  if (e.title) box.append(el('p', { class: 'title' }, e.url ? linked(markdownText(e.title), e.url) : markdown(e.title, names)));
  if (e.description) box.append(el('div', { class: 'content' }, markdown(e.description, names)));
  if (e.fields?.length) {
    box.append(el('dl', {}, e.fields.map((f) => el('div', { class: f.inline ? 'inline' : null }, el('dt', {}, markdown(f.name, names)), el('dd', {}, markdown(f.value, names))))));
  }
  // Pictures are not loaded: they would be from elsewhere.
  if (e.footer) box.append(el('p', { class: 'small' }, e.footer.text));
  return box;
}

const markdownText = (text) => plain(text, names);

function attachment(a) {
  const picture = /^image\/(png|jpeg|gif|webp)$/.test(a.content_type);
  return el('p', { class: 'attachment' }, picture ? null : [icon('file'), ' '], el('a', { href: a.url, download: a.filename }, picture ? el('img', { src: a.url, alt: a.description || a.filename }) : a.filename),
    el('small', {}, ` ${new Intl.NumberFormat(currentLanguage()).format(Math.ceil(a.size / 1024))} KB`));
}

const styles = { 1: 'primary', 2: '', 3: 'success', 4: 'danger', 5: 'link' };

function components(row, m) {
  return el('div', { class: 'row' }, (row.components ?? []).map((c) => (c.type === 2 ? button(c, m) : menu(c, m))));
}

function button(c, m) {
  const label = [c.emoji?.name, c.label].filter(Boolean).join(' ');
  if (c.style === 5) {
    const address = webAddress(c.url);
    return address ? el('a', { class: 'button', href: address, target: '_blank', rel: 'noopener noreferrer' }, `${label} ↗`) : null;
  }
  return el('button', {
    type: 'button', class: `button ${styles[c.style] ?? ''}`, disabled: c.disabled, 'data-key': c.custom_id, 'data-custom-id': c.custom_id,
    onclick: () => interact('press', { message: m.id, custom_id: c.custom_id }),
  }, label);
}

function menu(c, m) {
  const press = (values) => interact('press', { message: m.id, custom_id: c.custom_id, values });
  const most = c.max_values ?? 1;
  const list = options(c);
  const chosen = list.filter((o) => o.default).map((o) => o.label).join(', ');
  const opener = el('button', {
    type: 'button', class: 'select', disabled: c.disabled, 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'data-key': c.custom_id, 'data-custom-id': c.custom_id,
    onclick: () => {
      if (most === 1) {
        popup(opener, list.map((o) => ({ label: o.label, description: o.description, do: () => press([o.value]) })), { role: 'listbox' });
        return;
      }
      const boxes = list.map((o) => el('input', { type: 'checkbox', value: o.value, checked: o.default }));
      popup(opener, list.map((o, i) => ({ node: el('label', { class: 'check' }, boxes[i], el('span', {}, o.label), o.description ? el('small', {}, o.description) : null) })), {
        role: 'group',
        footer: el('button', {
          type: 'button', class: 'primary', onclick: () => {
            closePopup();
            press(boxes.filter((b) => b.checked).map((b) => b.value));
          },
        }, say('confirm')),
      });
    },
  }, chosen || c.placeholder || say('choose'), el('span', { 'aria-hidden': 'true' }, ' ▾'));
  return opener;
}

// toolbar is what a person can do with a message.
function toolbar(m, actions) {
  if (m.flags & flags.loading) return '';
  const ephemeral = m.flags & flags.ephemeral;
  const inThread = [channelTypes.thread, channelTypes.privateThread, channelTypes.dm].includes(state.view.channels.find((c) => c.id === state.channel)?.type);
  const bar = el('div', { class: 'toolbar' });
  if (m.explained) bar.append(el('button', { type: 'button', class: 'explain', 'data-key': 'explain', title: say('explain'), 'aria-label': say('explain'), onclick: () => explain(m) }, icon('search')));
  if (!ephemeral) bar.append(el('button', { type: 'button', 'data-key': 'reply', title: say('reply'), 'aria-label': say('reply'), onclick: () => actions.reply(m) }, icon('reply')));
  const more = el('button', {
    type: 'button', 'data-key': 'more', 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: say('more'), 'aria-label': say('more'),
    onclick: async () => popup(more, [...own(m), ...(inThread || m.thread ? [] : [{ label: say('thread'), do: () => startThread(m, actions) }]), ...(await apps(m))]),
  }, icon('more'));
  if (!ephemeral) bar.append(more);
  return bar.children.length ? bar : '';
}

function own(m) {
  const moderates = state.start.people.find((p) => p.id === state.person)?.moderator;
  const items = [];
  if (m.author.id === state.person) items.push({ label: say('edit'), do: () => edit(m) });
  if (m.author.id === state.person || moderates) items.push({ label: say('delete'), do: () => attempt(() => post('delete', { as: state.person, message: m.id })) });
  return items;
}

async function apps(m) {
  return (await commands()).filter((c) => c.type === 3).map((c) => ({
    label: c.name_localized || c.name, description: `${say('apps')} · ${state.start.app.name}`, do: () => interact('menu', { command: c.name, message: m.id }),
  }));
}

function edit(m) {
  const input = el('textarea', { rows: 4, maxlength: 2000, 'aria-label': say('edit'), required: true });
  input.value = m.content;
  showForm(say('edit'), [input], say('submit'), () => attempt(() => post('edit', { as: state.person, message: m.id, content: input.value })));
}

function startThread(m, actions) {
  const input = el('input', { type: 'text', maxlength: 100, required: true });
  input.value = shorten(plain(m.content.split('\n')[0], names), 60) || m.author.username;
  showForm(say('thread'), [el('label', { class: 'field' }, el('span', {}, say('thread_name')), input)], say('create'), async () => {
    const made = await attempt(() => post('thread', { as: state.person, channel: state.channel, message: m.id, name: input.value }));
    if (made) actions.open(made.id);
    return made;
  });
}
