// Elements are made here and nowhere else, and text goes into them as text: what people
// and bots write can never become markup.

// el makes an element. Attributes whose value is false, null or undefined are left out;
// on… are listeners; children are nodes or text, or lists of them.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

// cover keeps the keyboard, and screen readers, out of what a panel covers, by a selector: on a
// phone panels lie on the page, on wide screens beside it.
export function cover(panel, covered) {
  const covers = getComputedStyle(panel).position === 'fixed' && panel.checkVisibility();
  for (const node of document.querySelectorAll(covered)) node.inert = covers;
}

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

// icons are drawn by lines on a field of 24, so that they look the same with any fonts.
const icons = {
  book: 'M12 6c-2-1.500-5-2-8-2v14c3 0 6 .5 8 2 2-1.500 5-2 8-2V4c-3 0-6 .5-8 2zm0 0v14',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20',
  reply: 'M9 6 4 11l5 5M4 11h9c4 0 6.500 2.500 7 7',
  more: 'M5 11.500v1h1v-1zM11.500 11.500v1h1v-1zM18 11.500v1h1v-1z',
  chat: 'M4 5h16v11h-9l-4 4v-4H4z',
  forum: 'M4 4h12v9H9l-3 3v-3H4zM19 9h1v9h-2v3l-3-3h-5',
  mail: 'M3 6h18v12H3zM3 7l9 6 9-6',
  hash: 'M9 4 7 20M17 4l-2 16M4 9h16M4 15h16',
  eye: 'M2 12c2.500-4.500 6-6 10-6s7.500 1.500 10 6c-2.500 4.500-6 6-10 6s-7.500-1.500-10-6zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  menu: 'M4 7h16M4 12h16M4 17h16',
  plus: 'M12 5v14M5 12h14',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'drawn');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}
