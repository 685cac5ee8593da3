// Client of the sandbox: sends a person's actions and receives snapshots.

const RETRY_MS = 500;
const SILENCE = "The sandbox does not answer. Is it still running?";

/** Posts to /workspace/<name>; always returns {ok, …}, with a sentence in `text` on failure. */
export async function post(name, body) {
  let response;
  try {
    const headers = { "Content-Type": "application/json" };
    response = await fetch(`/workspace/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    return { ok: false, error: "unreachable", text: SILENCE };
  }
  const answer = await response.json().catch(() => null);
  if (answer === null)
    return {
      ok: false,
      error: `http_${response.status}`,
      text: `The sandbox answered ${response.status} ${response.statusText}.`,
    };
  if (answer.ok === false) return { ...answer, text: answer.text || words(answer.error) };
  return { ok: true, ...answer };
}

/** Uploads a chosen file; returns {ok, file} or {ok: false, text}. */
export async function upload(person, file) {
  const query = new URLSearchParams({ as: person, name: file.name });
  const response = await fetch(`/workspace/upload?${query}`, { method: "POST", body: file }).catch(() => null);
  if (!response) return { ok: false, error: "unreachable", text: SILENCE };
  const answer = await response.json().catch(() => null);
  return answer ?? { ok: false, error: `http_${response.status}`, text: "The sandbox did not take this file." };
}

function words(error) {
  return error ? `That did not work: ${error}.` : "That did not work.";
}

/** The initial person and snapshot. */
export async function firstSnapshot(person) {
  for (const query of person ? [`?as=${encodeURIComponent(person)}`, ""] : [""]) {
    const response = await fetch(`/workspace/state${query}`).catch(() => null);
    if (response?.ok) return response.json();
  }
  return null;
}

/** Receives one person's snapshots until `close()`; reconnects, and reports "open" or "lost" to `onState`. */
export class Events {
  constructor(person, onSnapshot, onState) {
    Object.assign(this, { person, onSnapshot, onState, closed: false });
    this.connect();
  }

  connect() {
    this.source = new EventSource(`/workspace/events?as=${encodeURIComponent(this.person)}`);
    this.source.onopen = () => this.onState("open");
    this.source.onmessage = (event) => this.onSnapshot(JSON.parse(event.data));
    this.source.onerror = () => {
      this.source.close(); // the browser's own retry is slow, and gives up on some errors
      if (this.closed) return;
      this.onState("lost");
      this.timer = setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.source.close();
  }
}
