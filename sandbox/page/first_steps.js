// A newcomer's path of three lines at the top of the page, until the stand-ins have seen all of it happen.

import { h, single } from "./dom.js";
import { icon } from "./icons.js";

const COMMAND = "/webinar create Launch day tomorrow 3pm for 45m";
const LINES = {
  created: (desk) => [
    "In #launch, send ",
    h("code", {}, COMMAND),
    " and press Create Webinar. ",
    h("button", { type: "button", class: "step-act", on: { click: () => desk.type(COMMAND) } }, "Type It"),
  ],
  registered: (desk, emi) => [
    "Switch to Emi and press Register on the card. ",
    emi &&
      h("button", { type: "button", class: "step-act", on: { click: () => desk.become(emi.id) } }, "Switch to Emi"),
  ],
  reminded: (desk) => [
    "Move the clock to a planned reminder in the tools, and read it in the channel. ",
    h("button", { type: "button", class: "step-act", on: { click: () => desk.showTools() } }, "Show Tools"),
  ],
};

export class FirstSteps {
  constructor(place, desk) {
    Object.assign(this, { place, desk });
  }

  draw({ first_steps: path, people }) {
    this.place.hidden = !path;
    if (!path) return;
    const emi = people.find((person) => person.name === "emi");
    single(this.place, JSON.stringify(path), () =>
      h(
        "div",
        { class: "first-steps-row" },
        h(
          "ol",
          {},
          path.steps.map(({ id, done }, index) => this.line(id, done, emi, index + 1)),
        ),
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Hide the first steps",
            on: { click: () => this.desk.post("dismiss", {}) },
          },
          icon("close", 16),
        ),
      ),
    );
  }

  line(id, done, emi, value) {
    return h(
      "li",
      { class: done ? "done" : "", "data-step": id, value },
      done ? h("span", { class: "step-done" }, icon("check", 14), h("span", { class: "visually-hidden" }, "Done: ")) : null,
      h("span", {}, LINES[id](this.desk, emi)),
    );
  }
}
