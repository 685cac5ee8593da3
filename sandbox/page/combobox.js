// Combobox to search and choose options: multi-selects, and selects with options from the app.

import { h, placePopup, setText, uniqueId } from "./dom.js";

const TYPING_PAUSE_MS = 150;

/**
 * The combobox. `load(query)` returns [{label, options: [{label, value, detail}]}], `chosen` are the initial options,
 * `onChange(options)` is called on every change. Returns the element with a method `show(options)`.
 */
export function combobox(settings) {
  return new Combobox(settings).element;
}

class Combobox {
  constructor({ attributes, placeholder, chosen, multiple, max, load, onChange }) {
    Object.assign(this, { chosen, multiple, load, onChange, max: max ?? (multiple ? 100 : 1) });
    this.placeholder = placeholder || "Choose an option";
    this.options = []; // options on screen
    this.at = -1; // index of the active option
    this.asked = 0; // number of the last call of `load`
    this.listId = uniqueId("list");
    this.input = h("input", {
      ...attributes,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      "aria-expanded": "false",
      "aria-controls": this.listId,
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      on: {
        input: () => this.search(TYPING_PAUSE_MS),
        click: () => this.search(0),
        keydown: (event) => this.key(event),
        blur: () => this.close(),
      },
    });
    this.chips = h("ul", { class: "chips", "aria-label": "Chosen" });
    this.list = h("div", {
      class: "popup",
      role: "listbox",
      id: this.listId,
      "aria-multiselectable": multiple,
      hidden: true,
    });
    this.status = h("span", { class: "visually-hidden", role: "status" });
    this.element = h("div", { class: "combo" }, this.chips, this.input, this.list, this.status);
    this.element.show = (options) => {
      this.chosen = options;
      this.draw();
    };
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.draw();
  }

  draw() {
    const several = this.multiple ? this.chosen : [];
    this.chips.replaceChildren(...several.map((option) => this.chip(option)));
    this.chips.hidden = !several.length;
    this.input.value = this.multiple ? "" : (this.chosen[0]?.label ?? "");
    this.input.placeholder = several.length ? "" : this.placeholder;
  }

  chip(option) {
    const drop = h(
      "button",
      { type: "button", "aria-label": `Remove ${option.label}`, on: { click: () => this.drop(option) } },
      "×",
    );
    return h("li", { class: "chip" }, option.label, drop);
  }

  search(pause) {
    this.asked += 1;
    const question = this.asked;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(question), pause);
  }

  async ask(question) {
    const own = !this.multiple && this.input.value === this.chosen[0]?.label;
    let groups;
    try {
      groups = await this.load(own ? "" : this.input.value.trim());
    } catch (error) {
      groups = error.message;
    }
    if (question === this.asked && document.activeElement === this.input) this.open(groups);
  }

  open(groups) {
    this.options = [];
    this.list.replaceChildren();
    if (typeof groups === "string") this.list.append(h("div", { class: "popup-note" }, groups));
    else for (const group of groups) this.openGroup(group);
    if (!this.options.length && !this.list.childNodes.length)
      this.list.append(h("div", { class: "popup-note" }, "No results"));
    setText(this.status, `${this.options.length} options`);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    placePopup(this.list, this.element);
    this.move(this.options.length ? 0 : -1);
  }

  openGroup({ label, options }) {
    const open = options.filter(
      (option) => !this.multiple || !this.chosen.some((each) => each.value === option.value),
    );
    if (!open.length) return;
    const rows = open.map((option) => this.row(option));
    const group = label
      ? h("div", { role: "group", "aria-label": label }, h("div", { class: "popup-label" }, label), rows)
      : rows;
    this.list.append(...[group].flat());
  }

  row(option) {
    const row = h(
      "div",
      {
        role: "option",
        id: uniqueId("option"),
        "aria-selected": "false",
        on: { click: () => this.choose(option) },
      },
      option.label,
      option.detail ? h("span", { class: "option-detail" }, option.detail) : null,
    );
    this.options.push({ option, row });
    return row;
  }

  move(to) {
    this.options[this.at]?.row.setAttribute("aria-selected", "false");
    this.at = to;
    const current = this.options[to]?.row;
    current?.setAttribute("aria-selected", "true");
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.input.setAttribute("aria-activedescendant", current.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const shown = !this.list.hidden;
    const count = this.options.length;
    if (event.key === "ArrowDown" && !shown) this.search(0);
    else if (event.key === "ArrowDown" && count) this.move((this.at + 1) % count);
    else if (event.key === "ArrowUp" && count) this.move((this.at - 1 + count) % count);
    else if (event.key === "Enter" && shown && this.options[this.at])
      this.choose(this.options[this.at].option);
    else if (event.key === "Enter") return event.preventDefault();
    else if (event.key === "Escape" && shown) this.close();
    else if (event.key === "Backspace" && !this.input.value && this.multiple && this.chosen.length)
      return this.drop(this.chosen.at(-1));
    else return undefined;
    event.preventDefault();
    event.stopPropagation();
    return undefined;
  }

  choose(option) {
    if (this.multiple && this.chosen.length >= this.max) return;
    this.chosen = this.multiple ? [...this.chosen, option] : [option];
    this.settle();
  }

  drop(option) {
    this.chosen = this.chosen.filter((each) => each.value !== option.value);
    this.settle();
    this.input.focus();
  }

  settle() {
    this.close();
    this.draw();
    this.onChange(this.chosen);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.options = [];
    this.move(-1);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    if (this.multiple) return;
    if (!this.input.value.trim() && this.chosen.length) {
      this.chosen = [];
      this.onChange([]);
    }
    this.input.value = this.chosen[0]?.label ?? "";
  }
}
