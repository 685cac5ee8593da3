// One webinar in the tools panel: status, registration, and the host's actions at RingCentral.

import { h, link, single } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { clockTime, shortDay } from "./time.js";
import { ACTS, PEOPLE } from "./webinar_acts.js";

const OUTSIDERS = 3;
const PHASES = { GoingLive: "Going live" };

export class WebinarRow {
  /** `tell(answer, words)` shows the result of an action. */
  constructor(desk, tell) {
    Object.assign(this, { desk, tell });
    this.info = h("div", { class: "grow" });
    this.host = h("div");
    this.buttons = h("div");
    this.people = h("div");
    this.form = h("form", {
      class: "inline-form host-form",
      hidden: true,
      on: { submit: (event) => this.submit(event), keydown: (event) => this.key(event) },
    });
    const top = h("div", { class: "row-top" }, this.info, this.host);
    this.element = h("li", { class: "row" }, top, this.buttons, this.people, this.form);
    this.element.draw = (webinar, reader) => this.draw(webinar, reader);
  }

  /** Shows the current status; an open form is not changed. */
  draw(webinar, reader) {
    this.webinar = webinar;
    const { session_id: session, title, registration, registration_page_uri: page } = webinar;
    const possible = Object.keys(ACTS).filter((act) => ACTS[act].can(webinar));
    const people = PEOPLE.filter((one) => one.can(webinar));
    this.element.dataset.session = session;
    single(this.info, JSON.stringify([webinar, reader.tz]), () => facts(webinar, reader));
    single(this.host, JSON.stringify([title, possible]), () => this.menu(session, possible));
    this.buttons.hidden = !registration;
    single(this.buttons, JSON.stringify([registration, page]), () =>
      h(
        "div",
        { class: "button-row" },
        this.registerButton(session),
        page ? link(page, "Registration page", icon("external", 13)) : null,
      ),
    );
    this.people.hidden = !people.length;
    single(this.people, JSON.stringify(people), () => h("div", { class: "button-row people" }, this.peopleButtons(people)));
  }

  peopleButtons(people) {
    return people.map(({ act, words, given, told }) =>
      h(
        "button",
        {
          type: "button",
          class: "button small",
          "data-focus": `${words}-${this.webinar.session_id}`,
          on: { click: () => this.send(act, given, told(this.webinar.title)) },
        },
        words,
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

  menu(session, possible) {
    const items = possible.map((act) => ({
      words: ACTS[act].words,
      choose: () => (ACTS[act].ask ? this.ask(act) : this.send(act, {}, this.told(act))),
    }));
    const label = `What the host of “${this.webinar.title}” does`;
    const attributes = { class: "icon-button", "aria-label": label, title: label };
    return menuButton({ ...attributes, "data-focus": `host-${session}` }, items);
  }

  ask(act) {
    const { parts, read } = ACTS[act].ask(this.webinar);
    Object.assign(this, { act, read });
    const words = ACTS[act].words.replace("…", "");
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
    if (await this.send(this.act, this.read(), this.told(this.act))) this.leave();
  }

  told(act) {
    const { of, done } = ACTS[act];
    return `${of ? `${of} ` : ""}“${this.webinar.title}” ${done} at RingCentral.`;
  }

  async send(act, given, told) {
    const answer = await this.desk.post("webinar", { session_id: this.webinar.session_id, act, ...given });
    this.tell(answer, told);
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
  const { status, runtime, participants, recording } = webinar;
  const phase = runtime ? ` · ${PHASES[runtime] ?? runtime}` : "";
  return h(
    "div",
    {},
    h("div", { class: "row-head" }, h("strong", {}, webinar.title), h("span", { class: "pill" }, `${status}${phase}`)),
    h("div", { class: "row-line" }, when, " · ", h("span", { "data-testid": "registrants" }, count), closed),
    participants
      ? h("div", { class: "row-line", "data-testid": "present" }, joinedWords(webinar))
      : null,
    recording ? h("div", { class: "row-line", "data-testid": "recording" }, recordingWords(recording)) : null,
  );
}

function joinedWords({ status, present, participants }) {
  return `${participants} joined${status === "Active" ? `, ${present} in the webinar now` : ""}`;
}

function recordingWords({ status, shared }) {
  return `Recording: ${status.toLowerCase()}${shared ? ", shared" : ""}`;
}
