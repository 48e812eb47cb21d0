// A list that opens below a button, for menus and for what can be selected.
import { el } from './dom.js';

let open = null; // { box, button }

export function closePopup(focus = true) {
  if (!open) return;
  const { box, button } = open;
  open = null;
  box.remove();
  button.setAttribute('aria-expanded', 'false');
  if (focus) button.focus();
}

// popup opens a list of items, each { label, description, do }, below a button. Arrows move in
// it, Escape and a click elsewhere close it. A footer stands below the items.
export function popup(button, items, { role = 'menu', footer } = {}) {
  const again = open?.button === button;
  closePopup(false);
  if (again) return;
  const itemRole = role === 'menu' ? 'menuitem' : 'option';
  const box = el('div', { class: 'popup' }, el('div', { role }, items.map((item) => item.node ?? el('button', {
    type: 'button', role: itemRole, tabindex: '-1',
    onclick: () => {
      closePopup();
      item.do();
    },
  }, el('span', {}, item.label), item.description ? el('small', {}, item.description) : null))), footer);
  box.addEventListener('keydown', (event) => move(event, box));
  document.body.append(box);
  place(box, button);
  button.setAttribute('aria-expanded', 'true');
  open = { box, button };
  box.querySelector('button, input')?.focus();
}

function place(box, button) {
  const at = button.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const below = at.bottom + size.height < innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  box.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - size.height - 4)}px`;
}

function move(event, box) {
  const all = [...box.querySelectorAll('button, input')];
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (event.key === 'Escape') {
    event.stopPropagation();
    closePopup();
  } else if (event.key in steps) {
    event.preventDefault();
    all[(steps[event.key] + all.length) % all.length]?.focus();
  } else if (event.key === 'Tab') {
    if (box.querySelector('input')) return; // one goes from the list to its button
    event.preventDefault();
    closePopup();
  }
}

document.addEventListener('pointerdown', (event) => {
  if (open && !open.box.contains(event.target) && !open.button.contains(event.target)) closePopup(false);
});

// It stays at its button, which may move.
const follow = () => open?.button.isConnected && place(open.box, open.button);
addEventListener('resize', follow);
document.addEventListener('scroll', (event) => open?.box.contains(event.target) || follow(), true);
