// Renders one message: author, time, blocks or text, files, actions, and the way to its thread.

import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { h, setText, single } from "./dom.js";
import { drawFiles } from "./files.js";
import { icon, iconButton } from "./icons.js";
import { menuButton } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime, dayOf, fillTemplate, longDay } from "./time.js";

/** Whether a message is in a thread and is not its parent. */
export function isReply({ ts, thread }) {
  return Boolean(thread) && thread !== ts;
}

/** The element of one message; `place` is its {channel, thread}, without a channel inside a thread. */
export function frame({ message, together }, reader, desk, place) {
  const person = reader.people.get(message.user) ?? {
    id: message.user ?? "?",
    name: message.username || "Someone",
    role: "member",
  };
  const isApp = message.bot || person.role === "bot";
  const name = message.username || person.real_name || person.name;
  const at = Number(message.ts);
  const time = h(
    "time",
    {
      class: "message-time",
      datetime: new Date(at * 1000).toISOString(),
      title: `${longDay(at, reader.tz)} ${clockTime(at, reader.tz, true)}`,
    },
    clockTime(at, reader.tz),
  );
  const label = [name, isApp && "app", clockTime(at, reader.tz), message.ephemeral && "only visible to you"]
    .filter(Boolean)
    .join(", ");
  const head = together
    ? null
    : h(
        "div",
        { class: "message-head" },
        h("span", { class: "author" }, name),
        isApp ? h("span", { class: "badge" }, "APP") : null,
        person.role === "stranger" || person.role === "guest"
          ? h("span", { class: "badge quiet" }, person.role === "guest" ? "Guest" : "External")
          : null,
        time,
      );
  return h(
    "article",
    {
      class: ["message", together && "together", message.ephemeral && "ephemeral"].filter(Boolean).join(" "),
      "aria-label": label,
      "data-testid": "message",
      "data-ts": message.ts,
      "data-ephemeral": String(Boolean(message.ephemeral)),
    },
    message.ephemeral ? null : actions(message, reader, desk, place),
    message.ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
    h("div", { class: "gutter" }, together ? time : avatar(person, isApp)),
    h(
      "div",
      { class: "message-body" },
      head,
      place.channel && isReply(message) ? h("div", { class: "broadcast" }, "Replied to a thread") : null,
      h("div", { class: "content" }),
      h("div", { class: "files" }),
      message.edited ? h("span", { class: "edited" }, "(edited)") : null,
      place.thread ? threadButton(message, reader, desk, place) : null,
      h("div", { class: "alert error notice", role: "alert", hidden: true }),
    ),
  );
}

/** Shows the content of a message in its element. */
export function fill(node, message, reader, surface) {
  node.dataset.surface = surface.id;
  const content = node.querySelector(".content");
  if (message.blocks?.length) {
    surface.adopt(message.blocks, null, reader);
    drawBlocks(content, message.blocks, surface);
  } else {
    const minute = message.text?.includes("{ago}") ? Math.floor(reader.now / 60) : 0;
    const sign = JSON.stringify([message.text, reader.tz, reader.me, dayOf(reader.now, reader.tz), minute]);
    single(content, sign, () => h("div", { class: "message-text" }, ...mrkdwn(message.text ?? "", reader)));
  }
  drawFiles(node.querySelector(".files"), message.files ?? []);
  const notice = node.querySelector(".notice");
  notice.hidden = !surface.notice;
  setText(notice, surface.notice);
}

/** "Reply in thread", and the app's message shortcuts. */
function actions(message, reader, desk, { channel }) {
  const shortcuts = reader.shortcuts.filter((each) => each.type === "message");
  const items = shortcuts.map((each) => ({
    words: [each.name, each.description ? h("span", { class: "option-detail" }, each.description) : null],
    choose: () => desk.shortcut(each, message),
  }));
  if (!channel && !items.length) return null;
  const parent = message.thread ?? message.ts;
  return h(
    "div",
    { class: "message-actions" },
    channel ? iconButton("reply", "Reply in thread", () => desk.thread(channel.id, parent), 16) : null,
    items.length ? menuButton({ "aria-label": "More actions", class: "icon-button" }, items) : null,
  );
}

function threadButton(message, reader, desk, { channel, thread }) {
  const words = `${thread.count} ${thread.count === 1 ? "reply" : "replies"}`;
  const last = fillTemplate("{date_short_pretty} at {time}", thread.last, reader.tz, reader.now);
  return h(
    "button",
    { type: "button", class: "thread-button", on: { click: () => desk.thread(channel.id, message.ts) } },
    h("strong", {}, words),
    h("span", {}, ` Last reply ${last}`),
  );
}
