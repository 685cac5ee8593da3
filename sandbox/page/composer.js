// Composer of a channel: messages, commands, completion, history and errors.

import { h, setText, single, uniqueId } from "./dom.js";
import { commandOf, completions, encoded, typedCommand } from "./hints.js";
import { icon, iconButton } from "./icons.js";
import { menuButton } from "./menu.js";

const STYLES = [
  ["bold", "Bold", "*"],
  ["italic", "Italic", "_"],
  ["strike", "Strikethrough", "~"],
  ["code", "Code", "`"],
];
const STARTS = [
  ["slash", "Run a command", "/"],
  ["at", "Mention someone", "@"],
  ["hash", "Name a channel", "#"],
];
const ONLY_COMMANDS = "Apps don’t get messages here. Type /webinar help to see what you can do.";
const TALLEST_PX = 220;

export class Composer {
  /** `name` tells the composer of a channel from that of a thread. */
  constructor(place, desk, name = "composer") {
    Object.assign(this, {
      desk,
      drafts: new Map(),
      sent: new Map(),
      back: 0,
      at: -1,
      found: null,
      sending: new Set(),
    });
    this.listId = uniqueId("hints");
    this.field = h("textarea", {
      class: "composer-field",
      rows: "1",
      role: "combobox",
      "aria-label": "Message",
      "data-testid": name,
      "data-focus": name,
      "aria-expanded": "false",
      "aria-controls": this.listId,
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      on: {
        input: () => this.typed(),
        keydown: (event) => this.key(event),
        blur: () => this.hide(),
        click: () => this.suggest(),
      },
    });
    this.list = h("div", {
      class: "hints",
      role: "listbox",
      id: this.listId,
      "aria-label": "Suggestions",
      hidden: true,
    });
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.usage = h("div", { class: "usage", "data-testid": name === "composer" ? "usage" : null, hidden: true });
    this.error = h("div", {
      class: "alert error",
      role: "alert",
      "data-testid": `${name}-error`,
      hidden: true,
    });
    this.shortcuts = h("span", { class: "shortcuts" });
    this.sendButton = h(
      "button",
      { type: "button", class: "send", "aria-label": "Send", on: { click: () => this.send() } },
      icon("send", 18),
    );
    place.append(this.error, this.list, this.usage, this.box());
  }

  box() {
    const style = ([name, words, mark]) => iconButton(name, words, () => this.wrap(mark), 17);
    const start = ([name, words, sign]) => iconButton(name, words, () => this.begin(sign));
    const [enter, shift, up] = ["Enter", "Shift", "↑"].map((key) => () => h("kbd", {}, key));
    const tip = [enter(), " sends, ", shift(), " ", enter(), " new line, ", up(), " last one"];
    return h(
      "div",
      { class: "composer-box" },
      h("div", { class: "composer-bar", role: "toolbar", "aria-label": "Formatting" }, STYLES.map(style)),
      this.field,
      h(
        "div",
        { class: "composer-bar" },
        STARTS.map(start),
        this.shortcuts,
        h("span", { class: "composer-tip" }, tip),
        this.sendButton,
      ),
    );
  }

  /** Shows this person's draft for this channel, or for a thread of it: {ts, broadcast, sent}. */
  draw(channel, commands, reader, thread = null) {
    const place = `${reader.me} ${channel.id} ${thread?.ts ?? ""}`;
    Object.assign(this, { commands, reader, channel, thread });
    if (this.place !== place) {
      this.place = place;
      this.field.value = this.draft.text;
      this.back = 0;
      this.hide();
    }
    const words = thread ? "Reply…" : `Message ${reader.title(channel)}`;
    this.drawShortcuts(thread ? [] : reader.shortcuts.filter((each) => each.type === "global"));
    this.field.placeholder = words;
    this.field.setAttribute("aria-label", words);
    this.fit();
  }

  drawShortcuts(shortcuts) {
    const items = shortcuts.map((each) => ({
      words: [each.name, each.description ? h("span", { class: "option-detail" }, each.description) : null],
      choose: () => this.desk.shortcut(each),
    }));
    single(this.shortcuts, JSON.stringify(shortcuts), () =>
      items.length
        ? menuButton({ "aria-label": "Shortcuts", title: "Shortcuts", class: "icon-button" }, items, "bolt")
        : h("span"),
    );
  }

  get draft() {
    if (!this.drafts.has(this.place)) this.drafts.set(this.place, { text: "", error: "" });
    return this.drafts.get(this.place);
  }

  typed() {
    this.draft.text = this.field.value;
    this.draft.error = "";
    this.back = 0;
    this.fit();
    this.suggest();
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST_PX)}px`;
    const busy = this.sending.has(this.place);
    this.field.readOnly = busy;
    this.sendButton.disabled = busy || !this.field.value.trim();
    this.sendButton.classList.toggle("busy", busy);
    setText(this.error, this.draft.error);
    this.error.hidden = !this.draft.error;
    const command = commandOf(this.field.value, this.commands);
    this.usage.hidden = !command;
    if (command)
      single(this.usage, JSON.stringify(command), () =>
        h(
          "div",
          {},
          h("strong", {}, command.command),
          ` ${command.usage_hint ?? ""}`,
          h("span", {}, command.description ?? ""),
        ),
      );
  }

  suggest() {
    this.found = completions(this.field.value, this.field.selectionStart, this.commands, this.reader);
    if (!this.found) return this.hide();
    this.rows = this.found.items.map((item) =>
      h(
        "div",
        {
          role: "option",
          id: uniqueId("hint"),
          "aria-selected": "false",
          on: { click: () => this.complete(item) },
        },
        h("strong", {}, item.label),
        h("span", {}, item.detail),
      ),
    );
    this.list.replaceChildren(h("div", { class: "hints-title" }, this.found.title), ...this.rows);
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    return this.move(0);
  }

  hide() {
    this.found = null;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  move(to) {
    this.at = (to + this.rows.length) % this.rows.length;
    this.rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === this.at)));
    this.field.setAttribute("aria-activedescendant", this.rows[this.at].id);
  }

  complete(item) {
    const { value, selectionStart: caret } = this.field;
    this.write(
      value.slice(0, this.found.from) + item.insert + value.slice(caret),
      this.found.from + item.insert.length,
    );
    this.hide();
  }

  write(text, caret = text.length) {
    this.field.value = text;
    this.draft.text = text;
    this.field.focus();
    this.field.setSelectionRange(caret, caret);
    this.fit();
  }

  /** Types a command into the field; false if that would replace what the person typed. */
  offer(text) {
    const { value } = this.field;
    const command = text.slice(0, text.lastIndexOf(" "));
    if (value.trim() && !value.startsWith(command)) return false;
    this.write(text);
    return true;
  }

  key(event) {
    const { found } = this;
    if (event.isComposing) return;
    if (found && event.key === "ArrowDown") this.move(this.at + 1);
    else if (found && event.key === "ArrowUp") this.move(this.at - 1);
    else if (found && event.key === "Escape") this.hide();
    else if (
      found &&
      (event.key === "Tab" || event.key === "Enter") &&
      !event.shiftKey &&
      !this.isWhole(found)
    )
      this.complete(found.items[this.at]);
    else if (event.key === "Enter" && !event.shiftKey) this.send();
    else if (event.key === "ArrowUp" && (!this.field.value || this.back)) this.recall(1);
    else if (event.key === "ArrowDown" && this.back) this.recall(-1);
    else return;
    event.preventDefault();
  }

  isWhole(found) {
    return found.from === 0 && this.field.value === found.items[this.at].insert.trim();
  }

  recall(step) {
    const lines = this.sent.get(this.reader.me) ?? [];
    const back = Math.max(0, Math.min(lines.length, this.back + step));
    this.write(back ? lines[lines.length - back] : "");
    this.back = back;
  }

  begin(sign) {
    const { value } = this.field;
    if (sign === "/") this.write(value.startsWith("/") ? value : `/${value}`, 1);
    else this.write(`${value}${value && !value.endsWith(" ") ? " " : ""}${sign}`);
    this.suggest();
  }

  wrap(mark) {
    const { value, selectionStart: start, selectionEnd: end } = this.field;
    const marked = `${mark}${value.slice(start, end)}${mark}`;
    this.write(
      value.slice(0, start) + marked + value.slice(end),
      end > start ? start + marked.length : start + 1,
    );
  }

  /** Sends the text; it stays until the sandbox has accepted it, or with the error above it. */
  async send() {
    const { place, draft, channel, reader, thread } = this;
    const text = this.field.value.trim();
    if (!text || this.sending.has(place)) return;
    this.hide();
    if (!text.startsWith("/") && !thread && reader.people.get(channel.with)?.role === "bot") {
      draft.error = ONLY_COMMANDS; // the manifest makes the app's Messages tab read-only
      return this.fit();
    }
    this.sending.add(place);
    draft.error = "";
    this.fit();
    const [name, words] = text.startsWith("/")
      ? ["command", typedCommand(text, reader)]
      : ["message", encoded(text, reader)];
    const more = thread ? { thread: thread.ts, broadcast: thread.broadcast() } : {};
    const answer = await this.desk.post(name, { channel: channel.id, text: words, ...more });
    this.sending.delete(place);
    draft.error = answer.ok ? "" : answer.text;
    if (answer.ok) {
      draft.text = "";
      thread?.sent();
      this.sent.set(reader.me, [...(this.sent.get(reader.me) ?? []).filter((line) => line !== text), text]);
      if (this.place === place) this.field.value = "";
      this.back = 0;
    }
    this.fit();
  }
}
