// Tools panel of the sandbox: the app's connection, the clock, and injected faults.

import { h, setText, uniqueId } from "./dom.js";
import { Ledger, card } from "./ledger.js";
import { clockTime, offsetName, shortDay, span, weekDay } from "./time.js";
import { nextWebinar } from "./workspace.js";

const STEPS = [
  ["+10 min", 600],
  ["+1 hour", 3600],
  ["+1 day", 86400],
];
const BEFORE_START = 11 * 60; // a minute before the last reminder of ten minutes
const TOLD_MS = 6000; // how long a status text is shown
const UNITS = [
  ["minutes", 60],
  ["hours", 3600],
  ["days", 86400],
];
const FAULTS = [
  ["429", "Too many calls (429)"],
  ["429_day", "Too many today (429)"],
  ["429_address", "Address three times (429)"],
  ["500", "Server error (500)"],
  ["timeout_before", "Time-out before the effect"],
  ["timeout_after", "Time-out after the effect"],
];
const TARGETS = [
  ["ringcentral", "RingCentral"],
  ["slack", "Slack"],
];
const ZOOM_TARGET = ["zoom", "Zoom"];
const ZOOM_ONLY = ["429_day", "429_address"];

export class Tools {
  constructor(place, desk) {
    this.desk = desk;
    this.app = h("div", { class: "app-state", role: "status", "data-testid": "app-state" });
    this.status = h("p", {
      class: "tool-status",
      role: "status",
      "data-testid": "tool-status",
      hidden: true,
    });
    this.ledger = new Ledger(desk, (answer, words) => this.tell(answer, words));
    const [clock, faults] = [this.clockCard(), this.faultsCard()];
    place.append(
      h("header", { class: "tools-head" }, h("h2", {}, "Sandbox tools"), this.app),
      h(
        "div",
        { class: "cards" },
        clock,
        this.ledger.webinars,
        this.ledger.zoom,
        this.ledger.scheduled,
        this.ledger.calls,
        faults,
      ),
      this.status,
    );
  }

  /** Renders a snapshot; `tick` updates the clock only. */
  draw(snapshot, reader) {
    Object.assign(this, { snapshot, reader });
    const { connected, mode } = snapshot.app ?? {};
    this.app.classList.toggle("off", !connected);
    setText(
      this.app,
      connected ? `App connected · ${mode === "socket" ? "Socket Mode" : "HTTP"}` : "App not connected",
    );
    this.next = nextWebinar([...(snapshot.webinars ?? [])], reader.now);
    const target = this.next ? this.next.start - BEFORE_START : null;
    this.before.disabled = target === null || target <= reader.now;
    const words = this.next ? `11 minutes before “${this.next.title}”` : "No webinar is ahead";
    this.before.title = words;
    setText(this.beforeNote, words);
    this.ledger.draw(snapshot, reader);
    this.offerZoom(Boolean(snapshot.zoom));
    this.tick(reader.now);
  }

  tick(now) {
    const { tz } = this.reader;
    setText(this.time, clockTime(now, tz, true));
    setText(this.day, weekDay(now, tz));
    setText(this.zone, `${tz.replaceAll("_", " ")} (${offsetName(now, tz)})`);
    const { offset } = this.snapshot;
    setText(this.offset, offset >= 1 ? `${span(offset)} ahead of this machine` : "Same as this machine");
  }

  clockCard() {
    this.time = h("div", { class: "clock-time", "data-testid": "clock" });
    this.day = h("div", { class: "clock-day" });
    this.zone = h("div", { class: "clock-zone" });
    this.offset = h("div", { class: "clock-offset", "data-testid": "clock-offset" });
    const note = uniqueId("note");
    this.beforeNote = h("p", { class: "tool-note", id: note });
    this.before = h(
      "button",
      {
        type: "button",
        class: "button wide",
        "aria-describedby": note,
        on: { click: () => this.move({ to: this.next.start - BEFORE_START }) },
      },
      "Just before next webinar",
    );
    const steps = STEPS.map(([words, seconds]) =>
      h("button", { type: "button", class: "button", on: { click: () => this.move({ seconds }) } }, words),
    );
    return card(
      "Clock",
      "clock",
      h("div", { class: "clock-face" }, this.time, h("div", {}, this.day, this.zone)),
      this.offset,
      h("div", { class: "button-row" }, steps),
      this.before,
      this.beforeNote,
      this.moveForm(),
    );
  }

  moveForm() {
    const amount = h("input", {
      type: "number",
      class: "text-input",
      min: "1",
      step: "any",
      value: "90",
      "aria-label": "How much to move the clock",
    });
    const unit = h(
      "select",
      { class: "select", "aria-label": "Unit" },
      UNITS.map(([words, seconds]) => h("option", { value: String(seconds) }, words)),
    );
    const submit = (event) => {
      event.preventDefault();
      const seconds = Number(amount.value) * Number(unit.value);
      if (seconds > 0) this.move({ seconds });
      else amount.focus();
    };
    return h(
      "form",
      { class: "inline-form", on: { submit } },
      h("span", {}, "Move by"),
      amount,
      unit,
      h("button", { type: "submit", class: "button" }, "Move"),
    );
  }

  async move(by) {
    const answer = await this.desk.post("clock", by);
    const { tz } = this.reader;
    this.tell(
      answer,
      answer.ok && answer.now
        ? `It is now ${shortDay(answer.now, tz, answer.now)}, ${clockTime(answer.now, tz)}.`
        : "The clock was moved.",
    );
  }

  faultsCard() {
    const target = h(
      "select",
      { class: "select", "aria-label": "Whose next call fails", on: { change: () => this.showFaults() } },
      TARGETS.map(([value, words]) => h("option", { value }, words)),
    );
    this.target = target;
    const order = async (kind, words) => {
      const whose = target.selectedOptions[0].textContent;
      this.tell(
        await this.desk.post("faults", { target: target.value, kind }),
        `The next ${whose} call will meet: ${words}.`,
      );
    };
    const buttons = FAULTS.map(([kind, words]) =>
      h(
        "button",
        { type: "button", class: "button", "data-fault": kind, on: { click: () => order(kind, words) } },
        words,
      ),
    );
    this.faults = buttons;
    this.showFaults();
    return card(
      "Faults",
      "bolt",
      h("div", { class: "inline-form" }, h("span", {}, "Next call to"), target, h("span", {}, "meets")),
      h("div", { class: "fault-grid" }, buttons),
    );
  }

  /** Zoom can be chosen if there is an account. */
  offerZoom(there) {
    const known = [...this.target.options].some(({ value }) => value === ZOOM_TARGET[0]);
    if (there && !known) this.target.append(h("option", { value: ZOOM_TARGET[0] }, ZOOM_TARGET[1]));
  }

  /** The faults that the chosen vendor can meet. */
  showFaults() {
    for (const button of this.faults)
      button.hidden = this.target.value !== ZOOM_TARGET[0] && ZOOM_ONLY.includes(button.dataset.fault);
  }

  tell(answer, words) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => (this.status.hidden = true), TOLD_MS);
    this.status.hidden = false;
    this.status.classList.toggle("bad", !answer.ok);
    setText(this.status, answer.ok ? words : answer.text);
  }
}
