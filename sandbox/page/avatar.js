// Avatar of a person (initials on a color) or of the app.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Avatar of a person or an app. */
export function avatar(person, isApp) {
  if (isApp) return h("span", { class: "avatar app", "aria-hidden": "true" }, icon("mic", 22));
  const mark = h(
    "span",
    { class: "avatar", "aria-hidden": "true" },
    initials(person.real_name || person.name),
  );
  mark.style.setProperty("--hue", hue(person.id));
  return mark;
}

/** "AR" for Ana Ruiz. */
function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word.charAt(0).toLocaleUpperCase())
    .join("");
}

/** A hue (0-359) derived from the id. */
function hue(id) {
  let sum = 7;
  for (const char of id) sum = (sum * 33 + char.codePointAt(0)) % 9973;
  return (sum * 47) % 360;
}
