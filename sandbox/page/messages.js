// Channel view: date dividers, messages with author and time, blocks, and the app's Home tab.

import { avatar } from "./avatar.js";
import { h, keepFocus, keyed, setText, single } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { drawFiles } from "./files.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime, dayOf, fillTemplate, longDay } from "./time.js";
import { iconOf } from "./workspace.js";

const TOGETHER_SECONDS = 300; // messages of one author within this time share one avatar
const NEAR_BOTTOM_PX = 60;

export class Messages {
  constructor({ header, list, newer, tabs }, desk) {
    Object.assign(this, {
      header,
      list,
      newer,
      tabs,
      desk,
      shown: null,
      count: 0,
      tab: "messages",
      stuck: true,
    });
    newer.addEventListener("click", () => this.toBottom());
    list.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(list); // the composer grows and shrinks
  }

  /** Renders one channel of a snapshot as `reader` sees it. */
  draw(channel, messages, home, reader, surfaceOf) {
    const stay = this.shown === channel.id && !this.stuck;
    if (this.shown !== channel.id) this.list.replaceChildren();
    const isApp = reader.people.get(channel.with)?.role === "bot";
    const tabs = Boolean(isApp && home);
    if (!tabs) this.tab = "messages";
    this.drawHeader(channel, reader);
    this.drawTabs(tabs);
    keepFocus(() => {
      if (this.tab === "home") this.drawHome(home, reader, surfaceOf);
      else this.drawMessages(channel, messages, reader, surfaceOf);
    });
    const grew = messages.length > this.count;
    Object.assign(this, { shown: channel.id, count: messages.length });
    if (this.tab === "home") return;
    if (!stay) this.toBottom();
    else if (grew) this.newer.hidden = false;
  }

  drawHeader(channel, reader) {
    const title = reader.title(channel);
    const members = channel.kind === "dm" ? null : `${channel.members.length} members`;
    single(this.header, JSON.stringify([title, channel.topic, members, channel.bot_in, channel.kind]), () =>
      h(
        "div",
        { class: "channel-head" },
        h("h1", {}, icon(iconOf(channel), 20), h("span", {}, title.replace(/^#/, ""))),
        h("span", { class: "topic" }, channel.topic ?? ""),
        channel.kind === "shared" ? h("span", { class: "tag" }, "Shared with another organization") : null,
        members ? h("span", { class: "member-count" }, icon("people", 16), members) : null,
        channel.kind !== "dm"
          ? h(
              "span",
              { class: `tag ${channel.bot_in ? "on" : ""}` },
              channel.bot_in ? "App is in" : "App is not in",
            )
          : null,
      ),
    );
  }

  drawTabs(shown) {
    this.tabs.hidden = !shown;
    if (!shown) return;
    single(this.tabs, this.tab, () =>
      h(
        "div",
        { role: "tablist", "aria-label": "App" },
        ["home", "messages"].map((name) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              "data-focus": `tab-${name}`,
              "aria-selected": String(this.tab === name),
              on: { click: () => this.choose(name) },
            },
            name === "home" ? "Home" : "Messages",
          ),
        ),
      ),
    );
  }

  choose(name) {
    this.tab = name;
    this.list.replaceChildren();
    this.shown = null;
    keepFocus(() => this.desk.update());
  }

  drawHome(home, reader, surfaceOf) {
    const surface = surfaceOf(home);
    surface.adopt(home.blocks, home.state?.values, reader);
    this.list.dataset.surface = surface.id;
    keyed(this.list, [home], {
      key: (view) => view.id,
      sign: (view) => view.id,
      build: () => h("div", { class: "home-tab" }),
      patch: (node, view) => drawBlocks(node, view.blocks, surface),
    });
  }

  drawMessages(channel, messages, reader, surfaceOf) {
    this.list.setAttribute("aria-label", `Messages in ${reader.title(channel)}`);
    const items = [
      { key: "start", start: channel },
      ...withDays(
        messages.filter((message) => !message.deleted),
        reader.tz,
      ),
    ];
    keyed(this.list, items, {
      key: (item) => item.key,
      sign: (item) => signature(item, reader),
      build: (item) =>
        item.start
          ? beginning(item.start, reader)
          : item.day
            ? divider(item.day, reader)
            : frame(item, reader),
      patch: (node, item) =>
        item.message && fill(node, item.message, reader, surfaceOf(item.message, channel)),
    });
  }

  scrolled() {
    this.stuck = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_BOTTOM_PX;
    if (this.stuck) this.newer.hidden = true;
  }

  toBottom() {
    this.newer.hidden = true;
    this.stuck = true;
    if (this.tab === "home") return;
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function withDays(messages, tz) {
  const items = [];
  let day = null;
  let before = null;
  for (const message of messages) {
    const at = Number(message.ts);
    if (dayOf(at, tz) !== day) items.push({ key: `day ${dayOf(at, tz)}`, day: at });
    const together =
      dayOf(at, tz) === day &&
      before &&
      author(before) === author(message) &&
      !message.ephemeral &&
      !before.ephemeral &&
      at - Number(before.ts) < TOGETHER_SECONDS;
    items.push({ key: `${message.ts}${message.ephemeral ? " e" : ""}`, message, together });
    day = dayOf(at, tz);
    before = message;
  }
  return items;
}

function author(message) {
  return `${message.user} ${message.username ?? ""}`;
}

function signature(item, reader) {
  const today = dayOf(reader.now, reader.tz);
  if (item.start) return `${item.start.id} ${item.start.topic} ${item.start.bot_in}`;
  if (item.day) return `${item.day} ${today} ${reader.tz}`;
  const { user, username, ts, edited, ephemeral } = item.message;
  return JSON.stringify([
    user,
    username,
    ts,
    edited,
    ephemeral,
    item.together,
    reader.tz,
    reader.people.get(user)?.real_name,
  ]);
}

function beginning(channel, reader) {
  const other = reader.people.get(channel.with);
  const words =
    channel.kind === "dm"
      ? `This is the beginning of your messages with ${reader.title(channel)}.`
      : `This is the beginning of ${reader.title(channel)}. ${channel.topic ?? ""}`;
  const mark = other
    ? avatar(other, other.role === "bot")
    : h("span", { class: "avatar mark" }, icon(iconOf(channel), 22));
  return h("div", { class: "beginning" }, mark, h("h2", {}, reader.title(channel)), h("p", {}, words));
}

function divider(unix, reader) {
  const words = fillTemplate("{day_divider_pretty}", unix, reader.tz, reader.now);
  return h(
    "div",
    { class: "day", role: "separator", "aria-label": longDay(unix, reader.tz) },
    h("span", {}, words),
  );
}

function frame({ message, together }, reader) {
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
    message.ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
    h("div", { class: "gutter" }, together ? time : avatar(person, isApp)),
    h(
      "div",
      { class: "message-body" },
      head,
      h("div", { class: "content" }),
      h("div", { class: "files" }),
      message.edited ? h("span", { class: "edited" }, "(edited)") : null,
      h("div", { class: "alert error notice", role: "alert", hidden: true }),
    ),
  );
}

function fill(node, message, reader, surface) {
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
