// What is said to the server: see package web.

// post does something, and returns what came of it. It throws an Error with the reason.
export async function post(name, body) {
  return result(await fetch(`/client/${name}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  }));
}

// postForm is post with files.
export async function postForm(name, fields, files) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  for (const file of files) form.append('files', file);
  return result(await fetch(`/client/${name}`, { method: 'POST', body: form }));
}

export async function get(name, query = {}) {
  return result(await fetch(`/client/${name}?${new URLSearchParams(query)}`));
}

async function result(response) {
  const text = await response.text();
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(text.trim() || response.statusText);
  }
  if (!response.ok) throw new Error(value?.error || response.statusText);
  return value;
}

// watch calls show with what a person sees in a channel, whenever it changes, until the
// returned function is called. lost is told whether the server can be reached.
export function watch(person, channel, show, lost) {
  const source = new EventSource(`/client/view?${new URLSearchParams({ as: person, channel })}`);
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onopen = () => lost(false);
  source.onerror = () => lost(true);
  return () => source.close();
}
