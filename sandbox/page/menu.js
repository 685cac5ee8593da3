// A menu button with keyboard support.

import { h, placePopup, uniqueId } from "./dom.js";
import { icon } from "./icons.js";

/** The button with its icon and menu; `items` are [{words, href, choose}], `attributes` are those of the button. */
export function menuButton(attributes, items, drawn = "more") {
  const nodes = items.map((item) => menuItem(item));
  const list = h("div", { class: "popup", role: "menu", id: uniqueId("menu"), hidden: true }, nodes);
  const node = h(
    "button",
    {
      class: "button overflow",
      ...attributes,
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": list.id,
    },
    icon(drawn),
  );
  const show = (open) => {
    list.hidden = !open;
    node.setAttribute("aria-expanded", String(open));
    if (open) placePopup(list, node);
    if (open) nodes[0]?.focus();
  };
  const choose = (item) => {
    show(false);
    node.focus();
    item.choose(node);
  };
  node.addEventListener("click", () => show(list.hidden));
  nodes.forEach((each, index) => each.addEventListener("click", () => choose(items[index])));
  list.addEventListener("keydown", (event) => menuKey(event, nodes, () => (show(false), node.focus())));
  list.addEventListener("focusout", (event) => list.contains(event.relatedTarget) || show(false));
  return h("div", { class: "menu-anchor" }, node, list);
}

function menuItem({ words, href }) {
  const props = { class: "menu-item", role: "menuitem", tabindex: "-1" };
  if (href) return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, words);
  return h("button", { ...props, type: "button" }, words);
}

function menuKey(event, items, leave) {
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
  else if (event.key === "Escape") leave();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
