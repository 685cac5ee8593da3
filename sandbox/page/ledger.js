// Tools panel: webinars at RingCentral and Zoom, API calls, scheduled messages at Slack.

import { h, keyed, setText, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { RINGCENTRAL } from "./ringcentral.js";
import { clockTime, dayOf, shortDay } from "./time.js";
import { WebinarRow } from "./webinar.js";
import { ZOOM, limitWords } from "./zoom.js";

const VENDORS = [
  ["ringcentral", "RingCentral"],
  ["zoom", "Zoom"],
  ["slack", "Slack"],
];

/** A card of the panel with its heading. */
export function card(title, drawn, ...content) {
  const id = uniqueId("card");
  return h(
    "section",
    { class: "card", "aria-labelledby": id },
    h("h2", { id }, icon(drawn, 17), title),
    ...content,
  );
}

export class Ledger {
  constructor(desk, tell) {
    Object.assign(this, { desk, tell, counters: {}, lists: {}, zoomParts: [] });
    this.webinarList = h("ul", { class: "rows", "data-testid": "webinars" });
    this.webinars = card("Webinars at RingCentral", "webinar", this.webinarList);
    this.zoomList = h("ul", { class: "rows", "data-testid": "zoom-meetings" });
    this.zoomState = h("p", { class: "tool-note", "data-testid": "zoom-state" });
    this.zoom = card("Meetings at Zoom", "webinar", this.zoomState, this.zoomList);
    this.limits = h("ul", { class: "rows", "data-testid": "zoom-limits" });
    this.limitsList = h("details", {}, h("summary", {}, "Zoom’s limits"), this.limits);
    this.calls = card(
      "Calls",
      "calls",
      h(
        "div",
        { class: "counters" },
        VENDORS.map(([key, name]) => this.counter(key, name)),
      ),
      VENDORS.map(([key, name]) => this.callList(key, name)),
      this.limitsList,
    );
    this.zoomParts.push(this.zoom, this.limitsList);
    this.plannedList = h("ul", { class: "rows", "data-testid": "planned" });
    this.scheduledList = h("ul", { class: "rows", "data-testid": "scheduled" });
    this.scheduled = card(
      "Reminders",
      "waiting",
      h("h3", {}, "Planned by the app"),
      this.plannedList,
      h("h3", {}, "Scheduled at Slack"),
      this.scheduledList,
    );
  }

  draw(snapshot, reader) {
    for (const [key] of VENDORS) this.drawCalls(key, callsOf(snapshot), reader);
    this.drawZoom(snapshot.zoom, reader);
    this.drawRows(this.webinarList, snapshot.webinars ?? [], "No webinar yet. Try /webinar create.", {
      key: (webinar) => String(webinar.session_id ?? webinar.webinar_id),
      sign: () => "webinar",
      build: () => new WebinarRow(this.desk, this.tell, RINGCENTRAL).element,
      patch: (node, webinar) => node.draw(webinar, reader),
    });
    this.drawRows(this.plannedList, snapshot.planned ?? [], "No reminder is planned.", {
      key: (one) => `${one.channel} ${one.at} ${one.before} ${one.title}`,
      sign: () => `${reader.tz} ${dayOf(reader.now, reader.tz)}`,
      build: (one) => this.planned(one, reader),
    });
    this.drawRows(this.scheduledList, snapshot.scheduled ?? [], "Nothing is waiting.", {
      key: (message) => `${message.channel} ${message.post_at} ${message.text}`,
      sign: () => `${reader.tz} ${dayOf(reader.now, reader.tz)}`,
      build: (message) => this.message(message, reader),
    });
  }

  /** Without a Zoom account nothing of Zoom is shown. */
  drawZoom(zoom, reader) {
    for (const part of this.zoomParts) part.hidden = !zoom;
    if (!zoom) return;
    setText(this.zoomState, zoom.webhooks ? "Webhooks are sent to the app." : "The app takes no webhooks.");
    this.drawRows(this.zoomList, zoom.meetings, "No meeting.", {
      key: (meeting) => meeting.id,
      sign: () => "meeting",
      build: () => new WebinarRow(this.desk, this.tell, ZOOM).element,
      patch: (node, meeting) => node.draw(meeting, reader),
    });
    this.drawRows(this.limits, limitWords(zoom.limits), "No limit.", {
      key: (words) => words.split(":")[0],
      sign: (words) => words,
      build: (words) => h("li", { class: "row-line" }, words),
    });
  }

  drawRows(list, items, empty, how) {
    if (items.length) return keyed(list, items, how);
    return keyed(list, [empty], {
      key: () => "empty",
      sign: (words) => words,
      build: (words) => h("li", { class: "empty" }, words),
    });
  }

  message({ channel, post_at: at, text }, reader) {
    const place = reader.channels.get(channel);
    return h(
      "li",
      { class: "row" },
      h(
        "div",
        { class: "row-line" },
        h("strong", {}, place ? reader.title(place) : channel),
        ` · ${shortDay(at, reader.tz, reader.now)}, ${clockTime(at, reader.tz)}`,
      ),
      h("div", { class: "row-text" }, ...mrkdwn(text, reader)),
    );
  }

  planned({ channel, at, before, title }, reader) {
    const place = reader.channels.get(channel);
    const person = reader.people.get(channel);
    const where = place ? `in ${reader.title(place)}` : person ? `to ${person.real_name}` : "by direct message";
    const when = `${shortDay(at, reader.tz, reader.now)}, ${clockTime(at, reader.tz)}`;
    return h(
      "li",
      { class: "row" },
      h("div", { class: "row-line" }, h("strong", {}, `${before} ${where}`), ` · ${when}`),
      h("div", { class: "row-text" }, title),
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-label": `Move the clock to the reminder ${before} ${where}`,
          on: { click: () => this.moveTo(at) },
        },
        "Move Clock Here",
      ),
    );
  }

  async moveTo(at) {
    const answer = await this.desk.post("clock", { to: at + 1 });
    this.tell(answer, "The clock was moved to the reminder.");
  }

  counter(key, name) {
    this.counters[key] = h("strong", { "data-testid": `count-${key}` }, "0");
    const box = h("div", { class: "counter-box" }, this.counters[key], h("span", {}, `${name} calls`));
    if (key === "zoom") this.zoomParts.push(box);
    return box;
  }

  callList(key, name) {
    this.lists[key] = h("ol", { class: "call-list", "data-testid": `calls-${key}` });
    const list = h("details", {}, h("summary", {}, `Last ${name} calls`), this.lists[key]);
    if (key === "zoom") this.zoomParts.push(list);
    return list;
  }

  drawCalls(key, calls, reader) {
    setText(this.counters[key], String(calls.counts?.[key] ?? 0));
    const total = calls.counts?.[key] ?? 0;
    const last = (calls[key] ?? [])
      .map((call, index, all) => ({ ...call, number: total - all.length + index + 1 }))
      .reverse();
    this.drawRows(this.lists[key], last, "No call yet.", {
      key: (call) => String(call.number),
      sign: (call) => JSON.stringify([call, reader.tz]),
      build: (call) => callRow(call, reader),
    });
  }
}

/** The calls of each vendor, with their counts. */
function callsOf({ calls = {}, zoom }) {
  if (!zoom) return calls;
  return { ...calls, zoom: zoom.calls, counts: { ...calls.counts, zoom: zoom.count } };
}

function callRow(call, reader) {
  const failed = call.ok === false || call.status >= 400;
  const result = call.status ?? (call.ok ? "ok" : call.error);
  const time = typeof call.at === "number" ? clockTime(call.at, reader.tz, true) : "";
  return h(
    "li",
    { class: failed ? "failed" : "" },
    h("span", { class: "call-result" }, String(result)),
    h(
      "span",
      { class: "call-name", title: `${call.method} ${call.path ?? ""} ${time}` },
      call.path ? `${call.method} ${call.path}` : call.method,
    ),
    call.group ? h("span", { class: `group ${call.group}` }, call.group) : null,
  );
}
