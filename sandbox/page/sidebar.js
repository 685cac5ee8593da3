// Sidebar: workspace, current person, channels, direct messages and unread marks.

import { avatar } from "./avatar.js";
import { h, keyed, setText, single } from "./dom.js";
import { icon } from "./icons.js";
import { clockTime } from "./time.js";
import { badge, iconOf, isDirect } from "./workspace.js";

export class Sidebar {
  constructor({ rail, side }, desk) {
    Object.assign(this, { rail, desk, seen: new Map(), since: null });
    this.name = h("div", { class: "team" });
    this.select = h("select", {
      id: "person",
      "data-testid": "person",
      on: { change: () => desk.become(this.select.value) },
    });
    this.card = h("div", { class: "me" });
    this.channels = h("ul", { class: "places" });
    this.direct = h("ul", { class: "places" });
    this.apps = h("ul", { class: "places" });
    const group = (words, list) => h("section", {}, h("h2", {}, words), list);
    side.append(
      this.name,
      h(
        "div",
        { class: "person" },
        h("label", { for: "person" }, "You are"),
        h("div", { class: "person-select" }, this.select, icon("down", 16)),
        this.card,
      ),
      h(
        "nav",
        { "aria-label": "Channels and messages" },
        group("Channels", this.channels),
        group("Direct messages", this.direct),
        group("Apps", this.apps),
      ),
    );
  }

  draw(snapshot, channel, reader) {
    this.since ??= snapshot.now;
    this.markRead(snapshot, channel, reader.me);
    single(this.name, snapshot.team.name, () =>
      h("div", {}, h("strong", {}, snapshot.team.name), h("span", {}, "Sandbox workspace")),
    );
    this.drawPerson(snapshot, reader);
    this.drawRail(snapshot, channel, reader);
    const isApp = (each) => reader.people.get(each.with)?.role === "bot";
    const direct = snapshot.channels.filter(isDirect);
    this.drawPlaces(
      this.channels,
      snapshot.channels.filter((each) => !isDirect(each)),
      snapshot,
      channel,
      reader,
    );
    this.drawPlaces(
      this.direct,
      direct.filter((each) => !isApp(each)),
      snapshot,
      channel,
      reader,
    );
    this.drawPlaces(this.apps, direct.filter(isApp), snapshot, channel, reader);
    this.direct.parentElement.hidden = direct.every(isApp);
  }

  drawPerson(snapshot, reader) {
    const people = snapshot.people.filter((person) => person.role !== "bot");
    single(this.select, JSON.stringify(people), () =>
      h(
        "optgroup",
        { label: "Be someone else" },
        people.map((person) =>
          h("option", { value: person.id }, `${person.real_name} · ${badge(person.role)} · ${person.tz}`),
        ),
      ),
    );
    this.select.value = reader.me;
    const me = reader.people.get(reader.me);
    single(this.card, JSON.stringify(me), () =>
      h(
        "div",
        { class: "me-card" },
        avatar(me, false),
        h(
          "div",
          {},
          h("span", { class: "me-name" }, me.real_name),
          h(
            "span",
            { class: "me-line" },
            h("span", { class: `badge role-${me.role}` }, badge(me.role)),
            me.title ?? "",
          ),
          h("span", { class: "me-line zone" }),
        ),
      ),
    );
    const zone = this.card.querySelector(".zone");
    setText(zone, `${clockTime(reader.now, me.tz)} · ${me.tz.replaceAll("_", " ")}`);
  }

  drawRail(snapshot, channel, reader) {
    const app = snapshot.channels.find((each) => reader.people.get(each.with)?.role === "bot");
    const first = snapshot.channels.find((each) => !isDirect(each));
    const at = !isDirect(channel) ? "home" : channel.id === app?.id ? "app" : "direct";
    const goals = [
      ["home", "Channels", "hash", first],
      ["app", "Greenroom", "mic", app],
    ].filter(([, , , goal]) => goal);
    const words = goals.map(([name, words, drawn, goal]) => [
      name,
      name === "app" ? reader.title(goal) : words,
      drawn,
      goal.id,
    ]);
    const shown = [this.desk.toolsShown(), this.desk.sideShown()];
    single(this.rail, JSON.stringify([words, at, snapshot.team.name, shown]), () =>
      h(
        "div",
        { class: "rail-items" },
        h("span", { class: "workspace-tile", "aria-hidden": "true" }, snapshot.team.name.charAt(0)),
        h(
          "button",
          {
            type: "button",
            class: "rail-item drawer-opener",
            "data-focus": "rail-menu",
            "aria-expanded": String(this.desk.sideShown()),
            "aria-controls": "side",
            on: { click: () => this.desk.toggleSide() },
          },
          h("span", { class: "rail-icon" }, icon("menu", 20)),
          "Menu",
        ),
        words.map(([name, label, drawn, id]) =>
          h(
            "button",
            {
              type: "button",
              class: "rail-item",
              "data-focus": `rail-${name}`,
              "aria-current": at === name ? "true" : null,
              on: { click: () => this.desk.open(id) },
            },
            h("span", { class: "rail-icon" }, icon(drawn, 20)),
            label,
          ),
        ),
        h(
          "button",
          {
            type: "button",
            class: "rail-item last",
            "data-focus": "rail-tools",
            "aria-pressed": String(this.desk.toolsShown()),
            on: { click: () => this.desk.toggleTools() },
          },
          h("span", { class: "rail-icon" }, icon("tools", 20)),
          "Tools",
        ),
      ),
    );
  }

  drawPlaces(list, channels, snapshot, current, reader) {
    keyed(list, channels, {
      key: (channel) => channel.id,
      sign: (channel) =>
        JSON.stringify([
          reader.title(channel),
          channel.kind,
          channel.id === current.id,
          this.unread(snapshot, channel, reader.me),
        ]),
      build: (channel) =>
        this.place(channel, channel.id === current.id, this.unread(snapshot, channel, reader.me), reader),
    });
  }

  place(channel, open, unread, reader) {
    const other = reader.people.get(channel.with);
    const mark = other ? avatar(other, other.role === "bot") : icon(iconOf(channel), 16);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: `place${unread ? " unread" : ""}`,
          "aria-current": open ? "page" : null,
          "data-focus": `place-${channel.id}`,
          "data-channel": channel.id,
          on: { click: () => this.desk.open(channel.id) },
        },
        mark,
        h("span", {}, reader.title(channel).replace(/^#/, "")),
        unread
          ? h("span", { class: "dot" }, h("span", { class: "visually-hidden" }, `${unread} unread`))
          : null,
      ),
    );
  }

  markRead(snapshot, channel, me) {
    const last = (snapshot.messages[channel.id] ?? []).at(-1);
    if (last) this.seen.set(`${me} ${channel.id}`, Number(last.ts));
  }

  unread(snapshot, channel, me) {
    const since = this.seen.get(`${me} ${channel.id}`) ?? Math.min(this.since, snapshot.now);
    return (snapshot.messages[channel.id] ?? []).filter(
      (message) => Number(message.ts) > since && message.user !== me && !message.deleted,
    ).length;
  }
}
