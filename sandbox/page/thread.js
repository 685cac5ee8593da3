// The thread beside the channel: the parent, its replies, and a composer for another one.

import { Composer } from "./composer.js";
import { h, keepFocus, keyed, setText } from "./dom.js";
import { iconButton } from "./icons.js";
import { fill, frame } from "./message.js";

export class Thread {
  constructor(place, desk) {
    Object.assign(this, { place, desk, open: null });
    this.where = h("span", { class: "topic" });
    this.list = h("div", { class: "messages", role: "log", "aria-label": "Replies", tabindex: "0" });
    this.too = h("input", { type: "checkbox" });
    this.tooWords = h("span");
    this.form = h("div", { class: "composer" });
    const close = iconButton("close", "Close thread", () => this.close());
    place.append(
      h("header", { class: "thread-head" }, h("h2", {}, "Thread"), this.where, close),
      this.list,
      this.form,
      h("label", { class: "choice broadcast-choice" }, this.too, this.tooWords),
    );
    this.composer = new Composer(this.form, desk, "thread-composer");
  }

  show(channel, ts) {
    this.open = { channel, ts };
    this.shown = null;
    this.desk.update();
    this.form.querySelector("textarea").focus();
  }

  close() {
    this.open = null;
    this.desk.update();
    this.desk.home();
  }

  /** Renders the open thread if its parent can be seen in this channel. */
  draw(channel, messages, commands, reader, surfaceOf) {
    const { open } = this;
    const parent = open?.channel === channel.id && messages.find(({ ts, deleted }) => ts === open.ts && !deleted);
    this.place.hidden = !parent;
    document.body.classList.toggle("with-thread", Boolean(parent));
    if (!parent) return;
    const replies = messages.filter((each) => each.thread === parent.ts && each.ts !== parent.ts && !each.deleted);
    const title = reader.title(channel);
    setText(this.where, title);
    setText(this.tooWords, `Also send to ${title}`);
    const items = [
      { key: `parent ${parent.ts}`, message: parent },
      { key: "count", count: replies.filter((each) => !each.ephemeral).length },
      ...replies.map((message) => ({ key: `${message.ts}${message.ephemeral ? " e" : ""}`, message })),
    ];
    keepFocus(() =>
      keyed(this.list, items, {
        key: (item) => item.key,
        sign: (item) => JSON.stringify([item.count, item.message?.edited, reader.tz, reader.shortcuts.length]),
        build: (item) =>
          item.message
            ? frame(item, reader, this.desk, {})
            : h("div", { class: "reply-count" }, countWords(item.count)),
        patch: (node, item) =>
          item.message && fill(node, item.message, reader, surfaceOf(item.message, channel)),
      }),
    );
    this.composer.draw(channel, commands, reader, {
      ts: parent.ts,
      broadcast: () => this.too.checked,
      sent: () => (this.too.checked = false),
    });
    const shown = `${parent.ts} ${replies.length}`;
    if (this.shown !== shown) this.list.scrollTop = this.list.scrollHeight;
    this.shown = shown;
  }
}

function countWords(count) {
  if (!count) return "No replies yet";
  return count === 1 ? "1 reply" : `${count} replies`;
}
