// What hosts and attendees can do at RingCentral, and when.

import { h } from "./dom.js";

export const OUTSIDERS = 3;
const FEW = 3;
const CROWD = 30;
const HOUR = 3600;
const UNITS = [
  ["minutes", 60],
  ["hours", 3600],
  ["days", 86400],
];
const DIRECTIONS = [
  ["later", 1],
  ["earlier", -1],
];

const scheduled = (webinar) => webinar.status === "Scheduled";
const active = (webinar) => webinar.status === "Active";
const during = (...phases) => (webinar) => active(webinar) && phases.includes(webinar.runtime);
const takesRegistrations = (webinar) => webinar.registration && webinar.status !== "Finished";
const recorded = (...statuses) => (webinar) => statuses.includes(webinar.recording?.status);

/** act → menu text, text of the result after the title, whether it is possible, form or fixed values. */
export const ACTS = {
  begin: { words: "Begin", done: "has begun", can: scheduled },
  practice: { words: "Start practice", done: "is in practice", can: scheduled },
  going_live: { words: "Go live", done: "is going live", can: during("Practice") },
  live: { words: "Live now", done: "is live", can: during("Practice", "GoingLive", "Break") },
  break: { words: "Take a break", done: "takes a break", can: during("Live") },
  debrief: { words: "Debrief", done: "is in debrief", can: during("Live", "Break") },
  finish: { words: "Finish", done: "has ended", can: active },
  record: { words: "Record", done: "is being recorded", can: (one) => during("Live", "Break")(one) && !one.recording },
  share: {
    words: "Share recording",
    done: "has a shared recording",
    can: (one) => recorded("Processing", "Available")(one) && !one.recording.shared,
  },
  unshare: { words: "Stop sharing recording", done: "has a private recording", can: (one) => one.recording?.shared },
  fail: {
    words: "Recording fails",
    done: "has no recording: it failed",
    can: (one) => one.status === "Finished" && recorded("Processing")(one),
  },
  rename: { words: "Rename…", done: "has a new title", can: () => true, ask: askTitle },
  move: { words: "Move…", done: "was moved", can: scheduled, ask: askMove },
  limit: { words: "Set limit…", done: "has a new limit", can: takesRegistrations, ask: askLimit },
  close: {
    words: "Close registration",
    done: "is closed",
    can: (one) => takesRegistrations(one) && one.open,
    of: "Registration for",
  },
  open: {
    words: "Open registration",
    done: "is open",
    can: (one) => takesRegistrations(one) && !one.open,
    of: "Registration for",
  },
  cancel: { words: "Cancel webinar", done: "was canceled", can: scheduled },
};

/** Buttons of attendees, with the sentence of their result. */
export const PEOPLE = [
  {
    act: "come",
    words: `${FEW} come`,
    given: { count: FEW },
    told: (title) => `Up to ${FEW} people came to “${title}”.`,
    can: during("GoingLive", "Live", "Break"),
  },
  {
    act: "come",
    words: `${CROWD} over the hour`,
    given: { count: CROWD, seconds: HOUR },
    told: (title) => `Up to ${CROWD} people will come to “${title}” over the next hour: move the clock.`,
    can: during("Practice", "GoingLive", "Live", "Break"),
  },
  {
    act: "leave",
    words: `${FEW} leave`,
    given: { count: FEW },
    told: (title) => `Up to ${FEW} people left “${title}”.`,
    can: (one) => during("GoingLive", "Live", "Break")(one) && one.present > 1,
  },
  {
    act: "return",
    words: `${FEW} come back`,
    given: { count: FEW },
    told: (title) => `Up to ${FEW} people came back to “${title}”.`,
    can: (one) => during("GoingLive", "Live", "Break")(one) && one.participants > one.present,
  },
];

export function askTitle(webinar) {
  const title = h("input", {
    type: "text",
    class: "text-input wide",
    "aria-label": "New title",
    required: true,
    value: webinar.title ?? webinar.topic,
  });
  return { parts: [title], read: () => ({ title: title.value }) };
}

export function askMove() {
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
