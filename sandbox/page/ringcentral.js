// How the tools panel shows a webinar at RingCentral, and what it asks of the sandbox.

import { h } from "./dom.js";
import { clockTime, shortDay } from "./time.js";
import { ACTS, OUTSIDERS, PEOPLE } from "./webinar_acts.js";

const PHASES = { GoingLive: "Going live" };

export const RINGCENTRAL = {
  name: "RingCentral",
  order: "webinar",
  acts: ACTS,
  people: PEOPLE,
  key: (webinar) => ({ session_id: webinar.session_id }),
  titleOf: (webinar) => webinar.title,
  pageOf: (webinar) => webinar.registration_page_uri,
  facts,
  register,
};

async function register(row) {
  const answer = await row.desk.post("register", { session_id: row.id, count: OUTSIDERS });
  const { registered = OUTSIDERS } = answer;
  const crowd = registered < OUTSIDERS ? `${registered} of ${OUTSIDERS} people` : `${OUTSIDERS} people`;
  const end = registered < OUTSIDERS ? ", then registration was closed." : ".";
  row.tell(answer, `${crowd} registered for “${row.title}”${end}`);
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
