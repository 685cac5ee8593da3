// Input fields: texts, numbers, addresses, dates, times, and date-times in the person's time zone.

import { h, setText } from "./dom.js";
import { offsetName, toFields, toUnix } from "./time.js";

const TYPES = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  plain_text_input: "text",
};
const LONGEST = 3000; // default of max_length of a plain_text_input
const SHOW_LEFT_FROM = 100; // show the remaining characters below this number
const TYPING_PAUSE_MS = 300;

/** A single-line or multiline text, number, email or URL input. */
export function textInput(field) {
  const { element } = field;
  const limit = element.type === "plain_text_input" ? (element.max_length ?? LONGEST) : null;
  const counter = h("span", { class: "counter", "aria-hidden": "true" });
  const control = h(element.multiline ? "textarea" : "input", {
    ...field.attributes(),
    class: "text-input",
    type: element.multiline ? null : TYPES[element.type],
    step: element.is_decimal_allowed ? "any" : null,
    placeholder: field.placeholder || null,
    autocomplete: "off",
    value: field.state.value ?? "",
    rows: element.multiline ? "4" : null,
    on: { input: typed, keydown: entered },
  });
  let timer = 0;
  function typed() {
    field.keep({ value: control.value || null });
    count(counter, control, limit, element.max_length);
    if (!triggers(field, "on_character_entered")) return;
    clearTimeout(timer);
    timer = setTimeout(sendIfOpen, TYPING_PAUSE_MS);
  }
  function entered(event) {
    if (event.key !== "Enter" || event.shiftKey || element.multiline) return;
    if (!triggers(field, "on_enter_pressed")) return;
    event.preventDefault();
    send();
  }
  // A form that was submitted meanwhile has sent the value, and its view may be another one by now.
  function sendIfOpen() {
    if (control.isConnected && !control.closest("form[aria-busy='true']")) send();
  }
  function send() {
    field.surface.act(field.block, element, field.state, control);
  }
  count(counter, control, limit, element.max_length);
  return limit ? h("div", { class: "counted" }, control, counter) : control;
}

function triggers(field, when) {
  const on = field.element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return field.block.type === "input" && Boolean(field.block.dispatch_action) && on.includes(when);
}

function count(counter, control, limit, own) {
  if (!limit) return;
  const left = limit - control.value.length;
  counter.hidden = left > SHOW_LEFT_FROM && !(own && own <= 300);
  counter.classList.toggle("over", left < 0);
  setText(counter, counter.hidden ? "" : String(left));
  counter.title = `${left} characters left`;
}

/** A date, as Slack's "2026-10-01". */
export function datePicker(field) {
  return native(field, "date", "selected_date");
}

/** A time of day, as Slack's "15:30". */
export function timePicker(field) {
  return native(field, "time", "selected_time");
}

function native(field, type, name) {
  const show = (state) => (control.value = state[name] ?? "");
  const changed = () => field.change({ [name]: control.value || null }, { node: control, restore: show });
  const control = h("input", {
    ...field.attributes(),
    type,
    class: "text-input short",
    on: { change: changed },
  });
  show(field.state);
  return control;
}

/** A date-time in the person's time zone, sent as Unix seconds. */
export function momentPicker(field) {
  const { tz } = field.reader;
  const words = field.frame.words ?? field.placeholder ?? "";
  const part = (type) =>
    h("input", {
      ...field.attributes(type),
      type,
      class: "text-input",
      "aria-label": `${words} ${type}`.trim(),
      "aria-labelledby": null,
      id: type === "date" ? field.id : null,
      on: { change: changed },
    });
  const day = part("date");
  const time = part("time");
  const note = h("span", { class: "zone-note" });
  function show(state) {
    const fields = state.selected_date_time ? toFields(state.selected_date_time, tz) : { date: "", time: "" };
    day.value = fields.date;
    time.value = fields.time;
    explain();
  }
  function explain() {
    const unix = toUnix(day.value, time.value, tz);
    const moved = unix !== null && toFields(unix, tz).time !== time.value;
    const zone = `${tz.replaceAll("_", " ")}, ${offsetName(unix ?? field.reader.now, tz)}`;
    setText(note, moved ? `The clocks go forward: this is ${toFields(unix, tz).time} (${zone})` : zone);
  }
  function changed() {
    explain();
    const unix = toUnix(day.value, time.value, tz);
    if (unix === (field.state.selected_date_time ?? null)) return;
    field.change({ selected_date_time: unix }, { node: day, restore: show });
  }
  show(field.state);
  return h(
    "div",
    {
      class: "moment",
      role: "group",
      "aria-labelledby": field.frame.labelledby,
      "aria-label": field.frame.labelledby ? null : words,
    },
    day,
    time,
    note,
  );
}
