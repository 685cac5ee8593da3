// One webinar or meeting in the tools panel: status, registration, and the host's actions at its vendor.

import { h, link, single } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { OUTSIDERS } from "./webinar_acts.js";


export class WebinarRow {
  /**
   * `tell(answer, words)` shows the result of an action. `vendor` has its `name`, its `acts` and `people`, and by
   * webinar: `key` (its id in a request), `titleOf`, `facts`, `below` (an element under its buttons), `register`.
   */
  constructor(desk, tell, vendor) {
    Object.assign(this, { desk, tell, vendor });
    this.info = h("div", { class: "grow" });
    this.host = h("div");
    this.buttons = h("div");
    this.people = h("div");
    this.below = h("div");
    this.form = h("form", {
      class: "inline-form host-form",
      hidden: true,
      on: { submit: (event) => this.submit(event), keydown: (event) => this.key(event) },
    });
    const top = h("div", { class: "row-top" }, this.info, this.host);
    this.element = h("li", { class: "row" }, top, this.buttons, this.people, this.form, this.below);
    this.element.draw = (webinar, reader) => this.draw(webinar, reader);
  }

  /** Shows the current status; an open form is not changed. */
  draw(webinar, reader) {
    this.webinar = webinar;
    const { acts, facts, below } = this.vendor;
    const { registration } = webinar;
    const page = this.vendor.pageOf(webinar);
    const possible = Object.keys(acts).filter((act) => acts[act].can(webinar));
    const people = this.vendor.people.filter((one) => one.can(webinar));
    this.id = Object.values(this.vendor.key(webinar))[0];
    this.title = this.vendor.titleOf(webinar);
    this.element.dataset.session = this.id;
    single(this.info, JSON.stringify([webinar, reader.tz]), () => facts(webinar, reader));
    single(this.host, JSON.stringify([this.title, possible]), () => this.menu(possible));
    this.buttons.hidden = !registration;
    single(this.buttons, JSON.stringify([registration, page]), () =>
      h(
        "div",
        { class: "button-row" },
        this.registerButton(),
        page ? link(page, "Registration page", icon("external", 13)) : null,
      ),
    );
    below?.(this.below, webinar, this);
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
          "data-focus": `${words}-${this.id}`,
          on: { click: () => this.send(act, given, told(this.title)) },
        },
        words,
      ),
    );
  }

  registerButton() {
    return h(
      "button",
      {
        type: "button",
        class: "button small",
        "data-focus": `register-${this.id}`,
        on: { click: () => this.vendor.register(this) },
      },
      `${OUTSIDERS} people register`,
    );
  }

  menu(possible) {
    const { acts } = this.vendor;
    const items = possible.map((act) => ({
      words: acts[act].words,
      choose: () => (acts[act].ask ? this.ask(act) : this.send(act, {}, this.told(act))),
    }));
    const label = `What the host of “${this.title}” does`;
    const attributes = { class: "icon-button", "aria-label": label, title: label };
    return menuButton({ ...attributes, "data-focus": `host-${this.id}` }, items);
  }

  ask(act) {
    const { parts, read } = this.vendor.acts[act].ask(this.webinar);
    Object.assign(this, { act, read });
    const words = this.vendor.acts[act].words.replace("…", "");
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
    const { of, done } = this.vendor.acts[act];
    return `${of ? `${of} ` : ""}“${this.title}” ${done} at ${this.vendor.name}.`;
  }

  async send(act, given, told) {
    const answer = await this.desk.post(this.vendor.order, { ...this.vendor.key(this.webinar), act, ...given });
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
