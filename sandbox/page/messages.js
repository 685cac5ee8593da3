// Channel view: date dividers, messages with author and time, blocks, and the app's Home tab.

import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { h, keepFocus, keyed, single } from "./dom.js";
import { icon } from "./icons.js";
import { fill, frame, isReply } from "./message.js";
import { dayOf, fillTemplate, longDay } from "./time.js";
import { iconOf, isDirect } from "./workspace.js";

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
    if (!isApp) this.tab = "messages";
    // The app publishes its Home tab when it is opened, and with more in it the first time.
    if (this.tab === "home" && this.shown !== channel.id) this.desk.post("home");
    this.drawHeader(channel, reader);
    this.drawTabs(isApp);
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
    const isIn = channel.members.includes(reader.me);
    const members = channel.kind === "dm" ? null : `${channel.members.length} members`;
    single(this.header, JSON.stringify([title, channel.topic, members, channel.bot_in, channel.kind, isIn]), () =>
      h(
        "div",
        { class: "channel-head" },
        h("h1", {}, icon(iconOf(channel), 20), h("span", {}, title.replace(/^#/, ""))),
        h("span", { class: "topic" }, channel.topic ?? ""),
        channel.kind === "shared" ? h("span", { class: "tag" }, "Shared with another organization") : null,
        members ? h("span", { class: "member-count" }, icon("people", 16), members) : null,
        isDirect(channel) ? null : this.appMembership(channel, isIn),
        isDirect(channel) ? null : this.membership(channel, isIn),
      ),
    );
  }

  appMembership(channel, isIn) {
    const text = channel.bot_in ? "App is in" : "App is not in";
    if (!isIn) return h("span", { class: `tag ${channel.bot_in ? "on" : ""}` }, text);
    const act = channel.bot_in ? "Remove it from this channel" : "Add it to this channel";
    const click = () => this.desk.post("app", { channel: channel.id, in: !channel.bot_in });
    return h(
      "button",
      { type: "button", class: `tag ${channel.bot_in ? "on" : ""}`, title: act, "aria-label": `${text}. ${act}`, on: { click } },
      text,
    );
  }

  membership(channel, isIn) {
    const click = () => this.desk.post(isIn ? "leave" : "join", { channel: channel.id });
    return h("button", { type: "button", class: "tag", on: { click } }, isIn ? "Leave" : "Join");
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
    if (!home) return; // until the app has published it
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
    const threads = threadsOf(messages);
    this.list.setAttribute("aria-label", `Messages in ${reader.title(channel)}`);
    const items = [
      { key: "start", start: channel },
      ...withDays(
        messages.filter((message) => !message.deleted && (!isReply(message) || message.broadcast)),
        reader.tz,
      ),
    ];
    keyed(this.list, items, {
      key: (item) => item.key,
      sign: (item) => signature(item, reader, threads.get(item.message?.ts)),
      build: (item) =>
        item.start
          ? beginning(item.start, reader)
          : item.day
            ? divider(item.day, reader)
            : frame(item, reader, this.desk, { channel, thread: threads.get(item.message.ts) }),
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

/** The number of replies and the last one of each thread: parent's ts → {count, last}. */
function threadsOf(messages) {
  const threads = new Map();
  const replies = messages.filter((each) => isReply(each) && !each.ephemeral && !each.deleted);
  for (const { ts, thread } of replies) {
    threads.set(thread, { count: (threads.get(thread)?.count ?? 0) + 1, last: Number(ts) });
  }
  return threads;
}

function signature(item, reader, thread) {
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
    reader.shortcuts.length,
    thread,
  ]);
}

function beginning(channel, reader) {
  const other = reader.people.get(channel.with);
  const words =
    isDirect(channel)
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
