// One webinar in the tools panel: status, registration, and the host's actions at RingCentral.

import { h, link, single } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { clockTime, shortDay } from "./time.js";

const OUTSIDERS = 3;
const UNITS = [
  ["minutes", 60],
  ["hours", 3600],
  ["days", 86400],
];
const DIRECTIONS = [
  ["later", 1],
  ["earlier", -1],
];

// act → [menu text, status text, whether it is possible, form fields]
const ACTS = {
  begin: ["Begin", "has begun", (webinar) => webinar.status === "Scheduled"],
  finish: ["Finish", "has ended", (webinar) => webinar.status === "Active"],
  rename: ["Rename…", "has a new title", () => true, askTitle],
  move: ["Move…", "was moved", (webinar) => webinar.status === "Scheduled", askMove],
  limit: ["Set limit…", "has a new limit", takesRegistrations, askLimit],
  close: ["Close registration", "is closed", (webinar) => takesRegistrations(webinar) && webinar.open],
  open: ["Open registration", "is open", (webinar) => takesRegistrations(webinar) && !webinar.open],
  cancel: ["Cancel webinar", "was canceled", (webinar) => webinar.status === "Scheduled"],
};

function takesRegistrations(webinar) {
  return webinar.registration && webinar.status !== "Finished";
}

export class WebinarRow {
  /** `tell(answer, words)` shows the result of an action. */
  constructor(desk, tell) {
    Object.assign(this, { desk, tell });
    this.info = h("div", { class: "grow" });
    this.host = h("div");
    this.buttons = h("div");
    this.form = h("form", {
      class: "inline-form host-form",
      hidden: true,
      on: { submit: (event) => this.submit(event), keydown: (event) => this.key(event) },
    });
    const top = h("div", { class: "row-top" }, this.info, this.host);
    this.element = h("li", { class: "row" }, top, this.buttons, this.form);
    this.element.draw = (webinar, reader) => this.draw(webinar, reader);
  }

  /** Shows the current status; an open form is not changed. */
  draw(webinar, reader) {
    this.webinar = webinar;
    const { session_id: session, title, registration, registration_page_uri: page, status, open } = webinar;
    this.element.dataset.session = session;
    single(this.info, JSON.stringify([webinar, reader.tz]), () => facts(webinar, reader));
    single(this.host, JSON.stringify([title, registration, status, open]), () => this.menu(session));
    this.buttons.hidden = !registration;
    single(this.buttons, JSON.stringify([registration, page]), () =>
      h(
        "div",
        { class: "button-row" },
        this.registerButton(session),
        page ? link(page, "Registration page", icon("external", 13)) : null,
      ),
    );
  }

  registerButton(session) {
    const register = async () => {
      const answer = await this.desk.post("register", { session_id: session, count: OUTSIDERS });
      const { registered = OUTSIDERS } = answer;
      const crowd = registered < OUTSIDERS ? `${registered} of ${OUTSIDERS} people` : `${OUTSIDERS} people`;
      const end = registered < OUTSIDERS ? ", then registration was closed." : ".";
      this.tell(answer, `${crowd} registered for “${this.webinar.title}”${end}`);
    };
    return h(
      "button",
      {
        type: "button",
        class: "button small",
        "data-focus": `register-${session}`,
        on: { click: register },
      },
      `${OUTSIDERS} people register`,
    );
  }

  menu(session) {
    const possible = Object.entries(ACTS).filter(([, [, , can]]) => can(this.webinar));
    const items = possible.map(([act, [words, , , ask]]) => ({
      words,
      choose: () => (ask ? this.ask(act, ask) : this.send(act, {})),
    }));
    const label = `What the host of “${this.webinar.title}” does`;
    const attributes = { class: "icon-button", "aria-label": label, title: label };
    return menuButton({ ...attributes, "data-focus": `host-${session}` }, items);
  }

  ask(act, build) {
    const { parts, read } = build(this.webinar);
    Object.assign(this, { act, read });
    const words = ACTS[act][0].replace("…", "");
    this.form.replaceChildren(
      ...parts,
      h("button", { type: "submit", class: "button" }, words),
      h("button", { type: "button", class: "button", on: { click: () => this.leave() } }, "Not now"),
    );
    this.form.hidden = false;
    parts[0].focus();
  }

  async submit(event) {
    event.preventDefault();
    if (await this.send(this.act, this.read())) this.leave();
  }

  async send(act, given) {
    const answer = await this.desk.post("webinar", { session_id: this.webinar.session_id, act, ...given });
    const what = act === "open" || act === "close" ? "Registration for " : "";
    this.tell(answer, `${what}“${this.webinar.title}” ${ACTS[act][1]} at RingCentral.`);
    return answer.ok;
  }

  leave() {
    this.form.hidden = true;
    this.form.replaceChildren();
    this.host.querySelector("[aria-haspopup]").focus();
  }

  key(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.leave();
  }
}

function facts(webinar, reader) {
  const { start, registration, registrants, limit, open } = webinar;
  const when = start
    ? `${shortDay(start, reader.tz, reader.now)}, ${clockTime(start, reader.tz)}`
    : "No date yet";
  const count = registration ? `${registrants}${limit ? ` of ${limit}` : ""} registered` : "No registration";
  const closed = registration && !open ? " · closed" : "";
  return h(
    "div",
    {},
    h("div", { class: "row-head" }, h("strong", {}, webinar.title), h("span", { class: "pill" }, webinar.status)),
    h("div", { class: "row-line" }, when, " · ", h("span", { "data-testid": "registrants" }, count), closed),
  );
}

function askTitle(webinar) {
  const title = h("input", {
    type: "text",
    class: "text-input wide",
    "aria-label": "New title",
    required: true,
    value: webinar.title,
  });
  return { parts: [title], read: () => ({ title: title.value }) };
}

function askMove() {
  const amount = h("input", {
    type: "number",
    class: "text-input",
    "aria-label": "By how much",
    required: true,
    min: "1",
    value: "30",
  });
  const [unit, way] = [choice("Unit of the move", UNITS), choice("Later or earlier", DIRECTIONS)];
  const read = () => ({ seconds: Number(amount.value) * Number(unit.value) * Number(way.value) });
  return { parts: [amount, unit, way], read };
}

function askLimit(webinar) {
  const limit = h("input", {
    type: "number",
    class: "text-input",
    "aria-label": "Limit, 0 for none",
    required: true,
    min: "0",
    value: String(webinar.limit ?? 0),
  });
  return { parts: [limit], read: () => ({ limit: Number(limit.value) }) };
}

function choice(label, options) {
  const all = options.map(([words, value]) => h("option", { value: String(value) }, words));
  return h("select", { class: "select", "aria-label": label }, all);
}
