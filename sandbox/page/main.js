// Starts the page: holds the snapshot, the selected person and channel, and renders the parts on changes.

import { Events, firstSnapshot, post, upload } from "./api.js";
import { Composer } from "./composer.js";
import { keepFocus } from "./dom.js";
import { FirstSteps } from "./first_steps.js";
import { Messages } from "./messages.js";
import { Modals } from "./modal.js";
import { Sidebar } from "./sidebar.js";
import { Surface } from "./surface.js";
import { Thread } from "./thread.js";
import { Tools } from "./tools.js";
import { isDirect, titleOf } from "./workspace.js";

const NARROW = window.matchMedia("(max-width: 720px)");
const byId = (id) => document.getElementById(id);

class Page {
  constructor() {
    Object.assign(this, {
      snapshot: null,
      me: null,
      chosen: new Map(),
      surfaces: new Map(),
      events: null,
      offset: 0,
    });
    const desk = {
      post: (name, body) => post(name, { as: this.me, ...body }),
      upload: (file) => upload(this.me, file),
      update: () => this.draw(),
      open: (channel) => this.open(channel),
      become: (person) => this.become(person),
      thread: (channel, ts) => this.thread.show(channel, ts),
      shortcut: (shortcut, message) => this.runShortcut(shortcut, message),
      type: (text) => this.composer.offer(text),
      home: () => byId("composer").querySelector("textarea").focus(),
      sideShown: () => document.body.classList.contains("with-side"),
      toggleSide: () => this.toggleSide(),
      toolsShown: () => !byId("tools").hidden,
      toggleTools: () => this.toggleTools(),
      showTools: () => (byId("tools").hidden ? this.toggleTools() : byId("tools").querySelector("button").focus()),
    };
    this.desk = desk;
    this.sidebar = new Sidebar({ rail: byId("rail"), side: byId("side") }, desk);
    this.messages = new Messages(
      { header: byId("channel-header"), list: byId("messages"), newer: byId("newer"), tabs: byId("tabs") },
      desk,
    );
    this.composer = new Composer(byId("composer"), desk);
    this.thread = new Thread(byId("thread"), desk);
    this.modals = new Modals(byId("overlay"), [byId("workspace")], desk);
    this.firstSteps = new FirstSteps(byId("first-steps"), desk);
    this.tools = new Tools(byId("tools"), desk);
    document.addEventListener("keydown", (event) => event.key === "F6" && this.nextRegion(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.closeSide());
    byId("scrim").addEventListener("click", () => this.closeSide());
    if (NARROW.matches) this.hideTools(true);
    window.addEventListener("hashchange", () => this.readAddress());
    setInterval(() => this.snapshot && this.tools.tick(this.now()), 1000);
  }

  async start() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const snapshot = await firstSnapshot(wanted.get("as"));
    if (!snapshot) {
      this.connection("lost");
      setTimeout(() => this.start(), 1000);
      return;
    }
    this.me = snapshot.me;
    if (wanted.get("in")) this.chosen.set(this.me, wanted.get("in"));
    this.take(snapshot);
    this.listen();
    this.desk.home();
  }

  listen() {
    this.events?.close();
    this.events = new Events(
      this.me,
      (snapshot) => this.take(snapshot),
      (state) => this.connection(state),
    );
  }

  take(snapshot) {
    if (snapshot.me !== this.me) return; // a late snapshot for the previous person
    this.snapshot = snapshot;
    this.taken = performance.now();
    this.connection("open");
    this.draw();
  }

  now() {
    return this.snapshot.now + (performance.now() - this.taken) / 1000;
  }

  reader(channel) {
    const { snapshot } = this;
    const people = new Map(snapshot.people.map((person) => [person.id, person]));
    const channels = new Map(snapshot.channels.map((each) => [each.id, each]));
    return {
      me: this.me,
      tz: people.get(this.me).tz,
      now: this.now(),
      people,
      channels,
      shortcuts: snapshot.shortcuts ?? [],
      groups: new Map((snapshot.groups ?? []).map((group) => [group.id, group])),
      channel: channel.id,
      open: (id) => this.open(id),
      title: (each) => titleOf(each, people),
    };
  }

  channel() {
    const { channels } = this.snapshot;
    const wanted = this.chosen.get(this.me) ?? this.lastChannel;
    return (
      channels.find((each) => each.id === wanted) ??
      channels.find((each) => each.bot_in && !isDirect(each)) ??
      channels[0]
    );
  }

  draw() {
    if (!this.snapshot) return;
    const { snapshot } = this;
    const channel = this.channel();
    const reader = this.reader(channel);
    document.title = `${reader.title(channel)} – ${snapshot.team.name} sandbox`;
    keepFocus(() => {
      this.firstSteps.draw(snapshot);
      this.sidebar.draw(snapshot, channel, reader);
      this.messages.draw(
        channel,
        snapshot.messages[channel.id] ?? [],
        snapshot.home,
        reader,
        (thing, place) => this.surface(thing, place),
      );
      byId("composer").hidden = this.messages.tab === "home";
      this.composer.draw(channel, snapshot.commands ?? [], reader);
      this.thread.draw(
        channel,
        snapshot.messages[channel.id] ?? [],
        snapshot.commands ?? [],
        reader,
        (thing, place) => this.surface(thing, place),
      );
      this.tools.draw(snapshot, reader);
    });
    this.modals.draw(snapshot.views ?? [], reader, (view) => this.surface(view));
    this.forgetClosed();
  }

  /** Drops the input of closed modals: a restarted sandbox may reuse their ids. */
  forgetClosed() {
    const open = new Set(
      [...(this.snapshot.views ?? []), this.snapshot.home].map((view) => `view ${this.me} ${view?.id}`),
    );
    for (const id of this.surfaces.keys()) {
      if (id.startsWith(`view ${this.me} `) && !open.has(id)) this.surfaces.delete(id);
    }
  }

  /** The surface of a view, or of a message in its channel. */
  surface(thing, place) {
    const container = place
      ? { type: "message", channel: place.id, ts: thing.ts }
      : { type: "view", view_id: thing.id };
    const id = place ? `message ${this.me} ${place.id} ${thing.ts}` : `view ${this.me} ${thing.id}`;
    if (!this.surfaces.has(id)) this.surfaces.set(id, new Surface(id, container, this.desk));
    return this.surfaces.get(id);
  }

  /** Starts a shortcut: a global one, or one of a message. */
  async runShortcut({ callback_id: id }, message = null) {
    const at = message ? { channel: this.channel().id, ts: message.ts } : {};
    const answer = await this.desk.post("shortcut", { callback_id: id, ...at });
    if (answer.ok) return;
    this.composer.draft.error = answer.text;
    this.draw();
  }

  open(channel) {
    this.chosen.set(this.me, channel);
    this.lastChannel = channel;
    this.remember();
    document.body.classList.remove("with-side");
    if (NARROW.matches) this.hideTools(true);
    this.draw();
  }

  async become(person) {
    const snapshot = await firstSnapshot(person);
    if (!snapshot) return this.connection("lost");
    this.lastChannel = this.channel().id;
    this.me = snapshot.me;
    document.body.classList.remove("with-side");
    this.take(snapshot);
    this.listen();
    return this.remember();
  }

  remember() {
    history.replaceState(null, "", `#as=${this.me}&in=${this.channel().id}`);
  }

  async readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (wanted.get("as") && wanted.get("as") !== this.me) await this.become(wanted.get("as"));
    if (wanted.get("in")) this.open(wanted.get("in"));
  }

  connection(state) {
    byId("lost").hidden = state === "open";
  }

  toggleTools() {
    this.hideTools(!byId("tools").hidden);
    this.draw();
  }

  hideTools(hidden) {
    byId("tools").hidden = hidden;
    document.body.classList.toggle("no-tools", hidden);
  }

  /** In a narrow window the sidebar is a drawer. */
  toggleSide() {
    document.body.classList.toggle("with-side");
    this.draw();
    if (this.desk.sideShown()) byId("person").focus();
  }

  closeSide() {
    if (this.desk.sideShown()) this.toggleSide();
  }

  /** F6 cycles through the parts of the window, as in Slack. */
  nextRegion(event) {
    event.preventDefault();
    const modal = document.querySelector("dialog.modal[open]");
    const parts = (modal ? [modal, byId("tools")] : [byId("side"), byId("main"), byId("tools")]).filter(
      (part) => !part.hidden,
    );
    const at = parts.findIndex((part) => part.contains(document.activeElement));
    const next = parts[(at + (event.shiftKey ? parts.length - 1 : 1)) % parts.length];
    if (next === modal) this.modals.focus();
    else if (next === byId("main") && !byId("composer").hidden) this.desk.home();
    else next.querySelector("button, select, input, a[href]")?.focus();
  }
}

new Page().start();
