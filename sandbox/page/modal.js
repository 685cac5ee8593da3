// Renders the top view of a person's modal stack; input is kept across snapshots.

import { findFocus, h, keepFocus, setText, single, uniqueId } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { icon, iconButton } from "./icons.js";
import { problems, statefulElements } from "./values.js";

const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex='0']";
const SETTLE_MS = 250; // how long a submitted form waits for the snapshot that closes it

export class Modals {
  /** `overlay` contains the dialog; `behind` is inert while it is open. */
  constructor(overlay, behind, desk) {
    Object.assign(this, { overlay, behind, desk, shown: null, views: [], sending: null, opener: null });
    this.focusIn = new Map(); // view id → name of the last focused control
    this.titleId = uniqueId("title");
    this.header = h("header", { class: "modal-header" });
    this.notice = h("div", { class: "alert error", role: "alert", hidden: true });
    this.body = h("div", { class: "modal-body" });
    this.footer = h("footer", { class: "modal-footer" });
    this.form = h(
      "form",
      { novalidate: true, on: { submit: (event) => this.submit(event) } },
      this.header,
      this.notice,
      this.body,
      this.footer,
    );
    this.dialog = h(
      "dialog",
      {
        class: "modal",
        "aria-labelledby": this.titleId,
        "data-testid": "modal",
        tabindex: "-1",
        on: { keydown: (event) => this.key(event), focusin: (event) => this.noteFocus(event) },
      },
      this.form,
    );
    overlay.append(this.dialog);
  }

  get top() {
    return this.views.at(-1) ?? null;
  }

  /** Renders the stack of a snapshot; `surfaceOf` returns the Surface of a view. */
  draw(views, reader, surfaceOf) {
    this.views = views;
    for (const id of this.focusIn.keys()) if (!views.some((view) => view.id === id)) this.focusIn.delete(id);
    if (!this.top) return this.hide();
    const surface = (this.surface = surfaceOf(this.top));
    this.takeErrors(surface, this.top);
    surface.adopt(this.top.blocks, this.top.state?.values, reader);
    const fresh = this.shown !== this.top.id;
    if (fresh) this.open();
    this.dialog.dataset.surface = surface.id;
    const had = this.dialog.contains(document.activeElement);
    keepFocus(() => {
      this.drawFrame();
      drawBlocks(this.body, this.top.blocks, surface);
    });
    if (fresh || (had && !this.dialog.contains(document.activeElement))) this.focus();
    return undefined;
  }

  takeErrors(surface, view) {
    const told = JSON.stringify(view.errors ?? {});
    if (told === (surface.told ?? "{}")) return;
    surface.told = told;
    surface.errors = { ...view.errors };
  }

  open() {
    if (!this.dialog.open) {
      this.opener = document.activeElement;
      this.overlay.hidden = false;
      for (const part of this.behind) part.inert = true;
      this.dialog.show();
    }
    this.shown = this.top.id;
    this.body.replaceChildren();
    this.body.scrollTop = 0;
  }

  hide() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.overlay.hidden = true;
    this.body.replaceChildren();
    this.shown = null;
    for (const part of this.behind) part.inert = false;
    if (document.activeElement !== document.body) return;
    if (this.opener?.isConnected && this.opener !== document.body) this.opener.focus();
    else this.desk.home();
  }

  drawFrame() {
    const { title, submit, close, blocks } = this.top;
    const below = this.views.at(-2)?.title;
    const words = { title: text(title), submit: text(submit), close: text(close), below: text(below) };
    single(this.header, JSON.stringify(words), () => this.headerOf(words));
    const sends = Boolean(words.submit) || blocks.some((block) => block.type === "input");
    const busy = this.sending === this.top.id;
    single(this.footer, JSON.stringify([words, sends, busy]), () => this.footerOf(words, sends, busy));
    this.footer.hidden = !sends && !words.close;
    this.form.setAttribute("aria-busy", String(busy));
    const astray = Object.entries(this.surface.errors).filter(
      ([id]) => !blocks.some((block) => block.block_id === id),
    );
    const sentences = [this.surface.notice, ...astray.map(([, sentence]) => sentence)].filter(Boolean);
    this.notice.hidden = !sentences.length;
    setText(this.notice, sentences.join(" "));
  }

  headerOf(words) {
    const back = words.below && iconButton("back", `Back to ${words.below}`, () => this.close(false), 20);
    const x = iconButton("close", "Close", () => this.close(true), 20);
    const app = h("span", { class: "avatar app small", "aria-hidden": "true" }, icon("mic", 16));
    const under = words.below && h("span", { class: "modal-below" }, `on top of “${words.below}”`);
    return h(
      "div",
      { class: "modal-head" },
      back,
      app,
      h("div", {}, h("h2", { id: this.titleId }, words.title || "Untitled"), under),
      x,
    );
  }

  footerOf(words, sends, busy) {
    const cancel = h(
      "button",
      {
        type: "button",
        class: "button",
        "data-testid": "modal-cancel",
        on: { click: () => this.close(false) },
      },
      words.close || "Cancel",
    );
    const submit =
      sends &&
      h(
        "button",
        { type: "submit", class: "button primary", "data-testid": "modal-submit", disabled: busy },
        busy ? h("span", { class: "spinner", "aria-hidden": "true" }) : null,
        words.submit || "Submit",
      );
    return h("div", { class: "modal-buttons" }, cancel, submit);
  }

  async submit(event) {
    event.preventDefault();
    const { top: view, surface } = this;
    if (!view || this.sending === view.id || !this.dialog.querySelector("[type=submit]")) return;
    surface.errors = problems(view.blocks, surface.values);
    surface.notice = "";
    if (Object.keys(surface.errors).length) return this.showErrors();
    this.sending = view.id;
    this.desk.update();
    const answer = await this.desk.post("submit", { view_id: view.id, values: surface.values.collect() });
    if (!answer.ok) {
      surface.errors = answer.errors ?? {};
      surface.notice = answer.errors ? "" : answer.text;
    } else if (this.top?.id === view.id && this.top.hash === view.hash) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
    this.sending = null;
    if (answer.ok || this.top?.id !== view.id) this.desk.update();
    else this.showErrors();
    return undefined;
  }

  showErrors() {
    this.desk.update();
    const first =
      this.body.querySelector(".has-error [data-focus]") ?? this.dialog.querySelector("[type=submit]");
    first?.focus();
  }

  close(clear) {
    if (!this.top) return;
    this.desk.post("close", { view_id: this.top.id, clear, values: this.surface.values.collect() });
  }

  focus() {
    const wanted = statefulElements(this.top.blocks).find(({ element }) => element.focus_on_load);
    const named = (name) => name && findFocus(this.surface.id, name);
    const control =
      named(this.focusIn.get(this.top.id)) ??
      named(wanted && `${wanted.block.block_id}/${wanted.element.action_id}`) ??
      this.body.querySelector("[data-focus]") ??
      this.footer.querySelector("[type=submit]") ??
      this.dialog;
    control.focus();
    if (!this.dialog.contains(document.activeElement)) this.dialog.focus();
  }

  noteFocus(event) {
    const name = event.target.dataset?.focus;
    if (name && this.shown) this.focusIn.set(this.shown, name);
  }

  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.close(false);
    } else if (event.key === "Tab") {
      this.wrap(event);
    }
  }

  wrap(event) {
    const all = [...this.dialog.querySelectorAll(FOCUSABLE)].filter(
      (each) => !each.disabled && each.tabIndex >= 0 && each.getClientRects().length,
    );
    const [first, last] = [all[0], all.at(-1)];
    const at = document.activeElement;
    if (event.shiftKey ? at === first || at === this.dialog : at === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}

function text(words) {
  return typeof words === "string" ? words : (words?.text ?? "");
}
