// Builds and updates DOM elements: text is never parsed as HTML, focus and scroll position are kept.

const notes = new WeakMap(); // element → {key, sign} of the item it shows

let lastId = 0;

/** A unique element id. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** An element; strings among the children become text nodes, null and false are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  append(element, children);
  return element;
}

function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "href") {
    const safe = safeUrl(value);
    if (safe) element.setAttribute("href", safe);
  } else if (["value", "checked", "selected", "disabled", "readOnly", "indeterminate"].includes(name)) {
    element[name] = value;
  } else {
    element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

/** Appends children (nodes, texts, nested lists) to `element`. */
export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** The URL if it is http or https, else null. */
export function safeUrl(address) {
  try {
    const url = new URL(String(address));
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab; other schemes are shown as plain text. */
export function link(address, ...label) {
  const safe = safeUrl(address);
  if (!safe) return h("span", { class: "dead-link", title: String(address) }, ...label);
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

/**
 * Makes the children of `parent` show `items`: an item whose key and signature are unchanged keeps its element
 * (and with it focus, scroll and half-typed text), others are built anew. `patch` runs for every element.
 */
export function keyed(parent, items, { key, sign, build, patch }) {
  const wanted = new Set(items.map(key));
  const known = new Map();
  for (const child of [...parent.children]) {
    const note = notes.get(child);
    if (note && wanted.has(note.key)) known.set(note.key, child);
    else child.remove();
  }
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const node = sameOrNew(known, item, key(item), sign(item), build);
    if (node.replaces) {
      if (cursor === node.replaces) cursor = node.element;
      node.replaces.replaceWith(node.element);
    }
    if (cursor === node.element) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node.element, cursor);
    if (patch) patch(node.element, item);
  }
}

function sameOrNew(known, item, itemKey, itemSign, build) {
  const old = known.get(itemKey);
  if (old && notes.get(old).sign === itemSign) return { element: old };
  const element = build(item);
  notes.set(element, { key: itemKey, sign: itemSign });
  return { element, replaces: old };
}

/** Shows one element in `parent`, rebuilt only when `sign` changes. */
export function single(parent, sign, build) {
  keyed(parent, [0], { key: () => 0, sign: () => sign, build });
}

/** Runs `update`; if it replaced the focused element, its successor (same data-focus) gets focus and selection. */
export function keepFocus(update) {
  const before = document.activeElement;
  const name = before?.dataset?.focus;
  const within = before?.closest?.("[data-surface]")?.dataset.surface;
  const range = selection(before);
  update();
  if (!before || before === document.body || before.isConnected) return;
  const successor = name && findFocus(within, name);
  if (!successor) return;
  successor.focus({ preventScroll: true });
  if (range && successor.setSelectionRange && "value" in successor) trySelect(successor, range);
}

/** The element that carries this data-focus name inside this surface, or anywhere. */
export function findFocus(surface, name) {
  const place = surface ? document.querySelector(`[data-surface="${CSS.escape(surface)}"]`) : document;
  return place?.querySelector(`[data-focus="${CSS.escape(name)}"]`) ?? null;
}

function selection(element) {
  try {
    return element && "selectionStart" in element ? [element.selectionStart, element.selectionEnd] : null;
  } catch {
    return null; // inputs of type number and date have no selection
  }
}

function trySelect(element, [start, end]) {
  try {
    element.setSelectionRange(start, end);
  } catch {
    // inputs of type number and date have no selection
  }
}

/** Sets an element's text if it differs, so that a screen reader does not repeat it. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Positions a popup below its anchor, or above if there is more space. */
export function placePopup(popup, anchor) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const height = Math.min(popup.scrollHeight, 320);
  const up = below < height && above > below;
  popup.style.maxHeight = `${Math.max(96, Math.min(320, up ? above : below))}px`;
  popup.style.minWidth = `${Math.min(box.width, 480)}px`;
  popup.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - popup.offsetWidth - 8))}px`;
  popup.style.top = up ? "auto" : `${box.bottom + 4}px`;
  popup.style.bottom = up ? `${window.innerHeight - box.top + 4}px` : "auto";
}
