// How the tools panel shows a meeting or webinar at Zoom, and what it asks of the sandbox; and Zoom's limits.

import { h, link, single } from "./dom.js";
import { icon } from "./icons.js";
import { clockTime, shortDay } from "./time.js";
import { OUTSIDERS, askMove, askTitle } from "./webinar_acts.js";

const FEW = 3;
const BUSY = "There is something in the message field. Send or clear it first.";
const scheduled = (meeting) => meeting.status === "Scheduled";
const started = (meeting) => meeting.status === "Started";
const before = (meeting) => meeting.registration && meeting.status !== "Ended";
const dates = (meeting) => meeting.occurrences.filter((one) => one.status === "available");

/** act → as for RingCentral. */
const ACTS = {
  begin: { words: "Begin", done: "has begun", can: (one) => !started(one) },
  record: { words: "Record", done: "is being recorded", can: (one) => started(one) && !one.recording },
  finish: { words: "Finish", done: "has ended", can: started },
  publish: {
    words: "Recording is ready",
    done: "has a recording",
    can: (one) => one.recording === "processing",
  },
  rename: { words: "Rename…", done: "has a new title", can: () => true, ask: askTitle },
  move: { words: "Move…", done: "was moved", can: (one) => scheduled(one) && one.start, ask: askMove },
  manual: {
    words: "Approve by hand",
    done: "is approved by hand",
    of: "Registration for",
    can: (one) => before(one) && one.approval === "automatic",
  },
  automatic: {
    words: "Approve automatically",
    done: "is approved automatically",
    of: "Registration for",
    can: (one) => before(one) && one.approval === "manual",
  },
  convert: { words: "Convert", done: "was converted", can: scheduled },
  skip: { words: "Delete next date", done: "has one date less", can: (one) => dates(one).length > 1 },
  delete: { words: "Delete", done: "was deleted", can: () => true },
};

const PEOPLE = [
  {
    act: "come",
    words: `${FEW} come`,
    given: { count: FEW },
    told: (title) => `Up to ${FEW} people came to “${title}”.`,
    can: started,
  },
  {
    act: "stranger",
    words: "A stranger comes",
    given: {},
    told: (title) => `Somebody who has not registered came to “${title}”.`,
    can: started,
  },
  {
    act: "leave",
    words: `${FEW} leave`,
    given: { count: FEW },
    told: (title) => `Up to ${FEW} people left “${title}”.`,
    can: (one) => started(one) && one.present > 1,
  },
];

export const ZOOM = {
  name: "Zoom",
  order: "zoom",
  acts: ACTS,
  people: PEOPLE,
  key: (meeting) => ({ id: meeting.id }),
  titleOf: (meeting) => meeting.topic,
  pageOf: (meeting) => meeting.registration_url,
  facts,
  below,
  register: (row) =>
    row.send("register", { count: OUTSIDERS }, `Up to ${OUTSIDERS} people registered for “${row.title}”.`),
};

function facts(meeting, reader) {
  const { start, kind, topic, registration, approved, pending, seats, approval, status, participants } = meeting;
  const when = start
    ? `${shortDay(start, reader.tz, reader.now)}, ${clockTime(start, reader.tz)}`
    : "No date yet";
  const more = dates(meeting).length;
  const waiting = pending ? `, ${pending} waiting` : "";
  const count = registration ? `${approved} of ${seats} registered${waiting} · ${approval}` : "No registration";
  return h(
    "div",
    {},
    h("div", { class: "row-head" }, h("strong", {}, topic), h("span", { class: "pill" }, status)),
    h("div", { class: "row-line" }, when, more ? ` · ${more} dates` : null, ` · ${kind}`),
    h("div", { class: "row-line", "data-testid": "zoom-registrants" }, count),
    participants
      ? h("div", { class: "row-line" }, `${participants} joined${started(meeting) ? `, ${meeting.present} there now` : ""}`)
      : null,
    meeting.recording ? h("div", { class: "row-line" }, `Recording: ${meeting.recording}`) : null,
    h("div", { class: "row-line" }, h("code", {}, meeting.id), " ", link(meeting.join_url, "Link", icon("external", 13))),
  );
}

/** A button that types the command which brings it into Slack, and the registrants. */
function below(place, meeting, row) {
  single(place, "below", () => h("div", {}, h("div"), h("div")));
  const [command, people] = place.firstElementChild.children;
  single(command, meeting.id, () =>
    h(
      "button",
      {
        type: "button",
        class: "button small",
        "data-focus": `add-${meeting.id}`,
        on: { click: () => row.desk.type(`/webinar add ${meeting.id}`) || row.tell({ ok: false, text: BUSY }) },
      },
      "Type /webinar add",
    ),
  );
  registrants(people, meeting, row);
}

/** The registrants, with the host's decision about each; the list stays open while it changes. */
function registrants(place, meeting, row) {
  const people = meeting.registrants.filter((one) => one.status !== "cancelled");
  place.hidden = !people.length;
  if (!people.length) return;
  single(place, "people", () => h("details", {}, h("summary", {}, "Registrants"), h("ul", { class: "rows" })));
  single(place.querySelector("ul"), JSON.stringify(people), () =>
    h("div", {}, people.map((one) => h("li", { class: "row-line" }, registrant(one, row)))),
  );
}

function registrant(one, row) {
  const decide = (act, words) =>
    h(
      "button",
      {
        type: "button",
        class: "button small",
        "data-focus": `${act}-${one.id}`,
        on: { click: () => row.send(act, { registrant: one.id }, `${one.name}: ${words.toLowerCase()} done at Zoom.`) },
      },
      words,
    );
  const buttons =
    one.status === "pending" ? [decide("approve", "Approve"), decide("deny", "Deny")] : [decide("cancel", "Cancel")];
  return h(
    "div",
    {},
    h("strong", {}, one.name),
    ` ${one.email} · ${one.status} `,
    one.status === "denied" ? null : h("span", { class: "button-row people" }, buttons),
  );
}

/** What is used up of the limits today. */
export function limitWords({ labels, hosts, addresses, changes_per_host: changes, adds_per_address: adds }) {
  const calls = labels.map(
    ({ label, today, per_day: day, per_second: second }) =>
      `${label}: ${today}${day ? ` of ${day.toLocaleString("en-US")}` : ""} today, ${second} a second`,
  );
  const ofHosts = Object.entries(hosts).map(([id, count]) => `Host ${id}: ${count} of ${changes} changes today`);
  const ofPeople = Object.entries(addresses).map(([address, count]) => `${address}: ${count} of ${adds} adds today`);
  return [...calls, ...ofHosts, ...ofPeople];
}
