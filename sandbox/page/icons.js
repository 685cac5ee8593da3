// Icons as inline SVG in the color of the text.

import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6.5 11h11v9h-11zM9 11V8a3 3 0 0 1 6 0v3",
  shared:
    "M8.5 15.5 15.5 8.5M10 6.5l1.5-1.5a4 4 0 0 1 5.7 5.7L15.5 12.3M14 17.5 12.5 19a4 4 0 0 1-5.7-5.7l1.7-1.6",
  direct: "M4 5.5h16v10.5H11l-4.5 3.5V16H4z",
  tools: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h8M16 17h4M13 5v4M7 10v4M12 15v4",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2.2",
  webinar: "M4 6h16v10H4zM9 20h6M12 16v4M10.3 8.7v4.6l4-2.3z",
  calls: "M4 17.5V14M9 17.5v-7M14 17.5V7M19 17.5V4.5",
  waiting: "M4 12 20 4.5 16 20l-4.5-5.5zM11.5 14.5 20 4.5",
  bolt: "M13 3.5 5.5 13.5H12l-1 7 7.5-10H12z",
  eye: "M2.8 12S6 6 12 6s9.2 6 9.2 6-3.2 6-9.2 6-9.2-6-9.2-6zM12 9.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8z",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5.5 8 12l6.5 6.5",
  down: "M6.5 9.5 12 15l5.5-5.5",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  send: "M4.5 4.5 20.5 12l-16 7.5 2.5-7.5zM7 12h6.5",
  reply: "M4 5.5h16v10.5H11l-4.5 3.5V16H4zM8 9.5h8M8 12.5h5",
  bold: "M7.5 5h5.2a3.3 3.3 0 0 1 0 6.7H7.5zM7.5 11.7h6a3.6 3.6 0 0 1 0 7.3h-6z",
  italic: "M10 5h7M7 19h7M14 5l-4 14",
  strike:
    "M4.5 12h15M16 8c-.4-2-2-3-4-3-2.4 0-4 1.3-4 3.2 0 1.2.6 2.1 1.6 2.7M8 16c.4 2 2 3 4 3 2.4 0 4.2-1.3 4.2-3.4 0-.7-.2-1.3-.5-1.8",
  code: "M8.5 7.5 4 12l4.5 4.5M15.5 7.5 20 12l-4.5 4.5",
  slash: "M15 4.5 9 19.5",
  at: "M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM15.5 8.5v5c0 3 4.5 2.3 4.5-1.5a8 8 0 1 0-3.2 6.4",
  warning: "M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01",
  info: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 8h.01",
  file: "M6.5 3.5h7l4.5 4.5v12.5H6.5zM13.5 3.5V8H18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  people:
    "M9 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3.5 19c0-3.3 2.4-5 5.5-5s5.5 1.7 5.5 5M15.5 5.7a3 3 0 0 1 0 5.6M17 14.3c2.2.5 3.5 2.2 3.5 4.7",
  external: "M14 5h5v5M19 5l-8.5 8.5M11 6H5.5v12.5H18V13",
  menu: "M4 7h16M4 12h16M4 17h16",
  mic: "M12 4a2.6 2.6 0 0 1 2.6 2.6v4.8a2.6 2.6 0 0 1-5.2 0V6.6A2.6 2.6 0 0 1 12 4zM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3M9 20h6",
};

/** An icon by name; decorative, so its container needs a label. */
export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    class: "icon",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** An icon-only button; `words` are its accessible name and tooltip. */
export function iconButton(name, words, click, size = 18) {
  const props = { type: "button", class: "icon-button", "aria-label": words, title: words, on: { click } };
  return h("button", props, icon(name, size));
}
