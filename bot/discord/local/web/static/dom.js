// Elements are made here and nowhere else, and text goes into them as text: what people
// and bots write can never become markup.

// el makes an element. Attributes whose value is false, null or undefined are left out;
// on… are listeners; children are nodes or text.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

// webAddress is an address that a link may go to, or null.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

// link goes to another site, which learns nothing of this page.
export function link(address, ...children) {
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}
