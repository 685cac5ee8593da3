// Renders Block Kit blocks: layout, texts, inputs with label, hint and error, and their elements.
// https://docs.slack.dev/reference/block-kit/blocks

import { card, carousel, contextActions, video } from "./cards.js";
import { chart } from "./charts.js";
import { append, h, keyed, setText, uniqueId } from "./dom.js";
import { control, picture, unknown } from "./elements.js";
import { withEmoji } from "./emoji.js";
import { Field } from "./field.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";
import { dayOf } from "./time.js";

const ALERT_ICONS = { error: "warning", warning: "warning", success: "check" };

const BUILDERS = {
  section,
  header: (block) =>
    h(
      `h${(block.level ?? 2) + 1}`, // h1 is the channel
      { class: `block-header level-${block.level ?? 2}` },
      withEmoji(block.text?.text ?? ""),
    ),
  divider: () => h("hr"),
  context: (block, surface) =>
    h(
      "div",
      { class: "block-context" },
      (block.elements ?? []).map((part) => contextPart(part, surface)),
    ),
  actions: (block, surface) =>
    h(
      "div",
      { class: "block-actions", role: "group", "aria-label": "Actions" },
      (block.elements ?? []).map((element) => control(new Field(surface, block, element, {}))),
    ),
  image: (block, surface) =>
    h(
      "figure",
      {},
      block.title ? h("figcaption", {}, block.title.text) : null,
      picture(block, surface.reader),
    ),
  input,
  rich_text: (block, surface) => h("div", { class: "rich-text" }, richText(block, surface.reader)),
  card,
  carousel,
  video,
  context_actions: contextActions,
  table,
  data_table: dataTable,
  data_visualization: chart,
  container,
  markdown: (block) => h("div", { class: "rich-text" }, markdown(block.text ?? "")),
  alert: (block, surface) =>
    h(
      "div",
      { class: `alert ${block.level ?? "default"}`, role: "note" },
      icon(ALERT_ICONS[block.level] ?? "info"),
      h("div", {}, ...words(block.text, surface)),
    ),
};

/** Renders these blocks of the surface into `parent`; unchanged blocks keep their DOM elements. */
export function drawBlocks(parent, blocks, surface) {
  const { reader } = surface;
  const seen = new Map();
  const items = blocks.map((block, index) => {
    const name = block.block_id ?? `${block.type} ${index}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return { block, key: `${name} ${seen.get(name)}` };
  });
  keyed(parent, items, {
    key: (item) => item.key,
    sign: (item) => signature(item.block, reader),
    build: (item) => build(item.block, surface),
    patch: (node, item) => showError(node, surface.errors[item.block.block_id] ?? ""),
  });
}

function signature(block, reader) {
  const text = JSON.stringify(block);
  const minute = text.includes("{ago}") ? Math.floor(reader.now / 60) : 0;
  return [text, reader.tz, reader.me, dayOf(reader.now, reader.tz), minute, reader.channels.size].join("|");
}

function build(block, surface) {
  const node = BUILDERS[block.type]?.(block, surface) ?? unknown(block.type);
  const wide = block.width === "full" || block.width === "wide" ? " full-width" : "";
  return h("div", { class: `block block-of-${block.type}${wide}`, "data-block": block.block_id }, node);
}

function words(text, surface) {
  return typeof text === "string" ? [text] : textObject(text, surface.reader);
}

function section(block, surface) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(append(h("div", { class: "section-text" }), words(block.text, surface)));
  if (block.fields) {
    body.append(
      h(
        "div",
        { class: "section-fields" },
        block.fields.map((text) => h("div", {}, ...words(text, surface))),
      ),
    );
  }
  const label = body.textContent.slice(0, 80);
  const accessory = block.accessory
    ? h("div", { class: "accessory" }, control(new Field(surface, block, block.accessory, { label })))
    : null;
  return h("div", { class: "section" }, body, accessory);
}

function container(block, surface) {
  const head = [
    block.icon ? picture(block.icon, surface.reader) : null,
    h(
      "div",
      {},
      h(
        "div",
        { class: "container-title" },
        block.rich_text_title ? richText(block.rich_text_title, surface.reader) : withEmoji(block.title.text),
      ),
      block.subtitle ? h("div", { class: "container-subtitle" }, ...words(block.subtitle, surface)) : null,
    ),
  ];
  const body = h("div", { class: "container-body" });
  drawBlocks(body, block.child_blocks, surface);
  const width = block.width ?? "standard";
  if (block.is_collapsible) {
    const summary = h("summary", { class: "container-head" }, head, icon("down", 16));
    return h("details", { class: `container ${width}`, open: !block.default_collapsed }, summary, body);
  }
  return h(
    "section",
    { class: `container ${width}${block.has_header_divider ? " divided" : ""}` },
    h("div", { class: "container-head" }, head),
    body,
  );
}

function contextPart(part, surface) {
  return part.type === "image" ? picture(part, surface.reader) : h("span", {}, ...words(part, surface));
}

function input(block, surface) {
  const [id, label, optional, hint, error] = ["field", "label", "optional", "hint", "error"].map(uniqueId);
  const several = ["checkboxes", "radio_buttons", "datetimepicker"].includes(block.element.type);
  const describedby = [block.optional && optional, error, block.hint && hint].filter(Boolean).join(" ");
  const text = withEmoji(block.label?.text ?? "");
  return h(
    "div",
    { class: "input" },
    several
      ? h("span", { class: "label", id: label }, text)
      : h("label", { class: "label", id: label, for: id }, text),
    block.optional ? h("span", { class: "optional", id: optional }, "(optional)") : null,
    control(new Field(surface, block, block.element, { id, labelledby: label, describedby, words: text })),
    h("p", { class: "field-error", id: error, hidden: true }),
    block.hint ? h("p", { class: "hint", id: hint }, ...words(block.hint, surface)) : null,
  );
}

function showError(node, sentence) {
  const place = node.querySelector(".field-error");
  if (!place) return;
  place.hidden = !sentence;
  setText(place, sentence);
  node.classList.toggle("has-error", Boolean(sentence));
  for (const field of node.querySelectorAll("[data-focus]")) {
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
