// Files in messages, and the file input of a form.

import { h, keyed, setText } from "./dom.js";
import { icon } from "./icons.js";

const UNITS = ["bytes", "kB", "MB"];
const MOST = 10; // default of max_files
const LARGEST = 10_000_000; // bytes per file in a form

/** "12 kB". */
export function sizeOf(bytes) {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit && size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

/** Renders the files of a message: images inline, others as links with name and size. */
export function drawFiles(place, files) {
  keyed(place, files, {
    key: (file) => file.id,
    sign: (file) => JSON.stringify(file),
    build: (file) => (file.deleted ? gone() : file.picture ? picture(file) : download(file)),
  });
}

function gone() {
  return h("p", { class: "file-gone" }, "This file was deleted.");
}

function picture(file) {
  const place = new URL(file.url, location.origin);
  return h(
    "figure",
    { class: "file-picture", "data-testid": "file" },
    h("figcaption", {}, file.title || file.name),
    h("img", { src: place.href, alt: file.alt || file.title || file.name }),
    save(file, `${file.name}, ${sizeOf(file.size)}`),
  );
}

function download(file) {
  return h(
    "div",
    { class: "file", "data-testid": "file" },
    icon("file", 22),
    h("div", {}, file.title && file.title !== file.name ? h("strong", {}, file.title) : null, save(file, file.name)),
    h("span", { class: "file-size" }, sizeOf(file.size)),
  );
}

function save(file, words) {
  const place = new URL(file.url, location.origin);
  return h("a", { href: place.href, download: file.name, class: "file-link" }, words);
}

/** The file input: each file is uploaded at once and can be removed. */
export function fileInput(field) {
  const { filetypes = [], max_files: most = MOST } = field.element;
  const chosen = () => field.state.files ?? [];
  const picker = h("input", {
    ...field.attributes(),
    type: "file",
    class: "file-picker",
    multiple: most > 1,
    accept: filetypes.map((kind) => `.${kind}`).join(",") || null,
    on: { change: take },
  });
  const list = h("ul", { class: "chosen-files", "aria-label": "Chosen files" });
  const status = h("p", { class: "file-status", role: "status" });
  async function take() {
    const files = [...picker.files];
    picker.value = ""; // a removed file can be chosen again
    setText(status, "");
    for (const file of files) {
      const trouble = troubleWith(file, filetypes, chosen().length, most);
      const answer = trouble ? { ok: false, text: trouble } : await field.surface.upload(file);
      if (!answer.ok) return setText(status, answer.text);
      field.keep({ files: [...chosen(), answer.file] });
      show();
    }
    return undefined;
  }
  function drop(file) {
    field.keep({ files: chosen().filter((each) => each.id !== file.id) });
    show();
    picker.focus();
  }
  function show() {
    list.replaceChildren(...chosen().map((file) => row(file, () => drop(file))));
    list.hidden = !chosen().length;
  }
  show();
  return h("div", { class: "file-input" }, picker, list, status);
}

function row(file, drop) {
  const out = h(
    "button",
    { type: "button", "aria-label": `Remove ${file.name}`, on: { click: drop } },
    "×",
  );
  return h("li", { class: "chip" }, `${file.name}, ${sizeOf(file.size)}`, out);
}

function troubleWith(file, kinds, count, most) {
  const kind = file.name.split(".").at(-1).toLowerCase();
  if (count >= most) return `Choose at most ${most} file${most === 1 ? "" : "s"}.`;
  if (kinds.length && !kinds.some((each) => each.toLowerCase() === kind))
    return `${file.name} cannot be taken here: choose a file of type ${kinds.join(", ")}.`;
  if (file.size > LARGEST) return `${file.name} is too large: ${sizeOf(LARGEST)} is the most.`;
  return "";
}
