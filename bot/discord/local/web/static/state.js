// What the page knows: who uses it, where, and what is seen there.
import { $ } from './dom.js';
import { say } from './texts.js';

export const state = {
  start: null, // see serveStart
  view: null, // see view, in Go
  fresh: true, // another channel, or person, has been chosen than the view is of
  person: '', // ids
  channel: '',
};

export const channelTypes = { text: 0, dm: 1, thread: 11, privateThread: 12, forum: 15 };
export const flags = { hasThread: 1 << 5, ephemeral: 1 << 6, loading: 1 << 7 };

export const channelNamed = (id) => state.view?.channels.find((c) => c.id === id);

// names is what mentions stand for: see markdown.
export const names = {
  user: (id) => [...(state.view?.users ?? [])].find((u) => u.id === id)?.name,
  channel: (id) => channelNamed(id)?.name,
  role: (id) => (id === state.start.guild.id ? 'everyone' : state.view?.roles.find((r) => r.id === id)?.name),
};

export function channelTitle(c) {
  if (!c) return '';
  return c.type === channelTypes.dm ? say('direct') : `${c.thread_metadata ? '' : '#'}${c.name}`;
}

// notice tells the person something that went wrong, until the next one.
export function notice(text) {
  $('notice').textContent = text;
}

// attempt does something that may fail, and tells why it did.
export async function attempt(doing) {
  notice('');
  try {
    return await doing();
  } catch (err) {
    const known = err.message.includes('did not respond') ? say('unanswered') : err.message;
    notice(known);
    return undefined;
  }
}
