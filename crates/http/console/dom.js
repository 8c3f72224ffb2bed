// Elements are built from parts, never from markup: text stays text, whatever is in it.

/**
 * @param {string} name
 * @param {Record<string, any>} [properties] attributes; functions are listeners of the event after "on"
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  fill(element, ...children);
  return element;
}

/** Puts `children` in the place of what `element` has. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child)))));
  return element;
}

export const card = (title, ...children) => h('section', { class: 'card' }, title && h('h2', {}, title), ...children);

/** A table with a head; each row is a list of cells. */
export function table(head, rows) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': head.filter(Boolean).join(', ') },
    h('table', {},
      h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell, index) => h('td', { 'data-title': head[index] }, ...[cell].flat())))))));
}

export const field = (text, input) => h('label', {}, text, input);

export const button = (text, onclick, kind = '') => h('button', { type: 'button', class: kind, onclick }, text);

/** Tells something for some seconds. */
export function say(text) {
  const place = document.getElementById('status');
  if (!place) return;
  const line = h('p', {}, text);
  fill(place, line);
  setTimeout(() => line.remove(), 6000);
}

/** Asks before something that cannot be undone. */
export function sure(question, yes, cancel) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { 'aria-label': question },
      h('p', {}, question),
      h('form', { method: 'dialog', class: 'row' },
        h('button', { value: 'no', class: 'plain' }, cancel), h('button', { value: 'yes', class: 'danger' }, yes)));
    dialog.addEventListener('close', () => { resolve(dialog.returnValue === 'yes'); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
