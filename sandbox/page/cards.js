// Renders cards, carousels, videos and the actions below a message.
// https://docs.slack.dev/reference/block-kit/blocks/card-block

import { h, link } from "./dom.js";
import { control, picture } from "./elements.js";
import { withEmoji } from "./emoji.js";
import { Field } from "./field.js";
import { textObject } from "./mrkdwn.js";

const TEXTS = ["title", "subtitle", "body", "subtext"];

/** A card with its pictures, texts and buttons. */
export function card(block, surface) {
  const texts = TEXTS.filter((part) => block[part]).map((part) =>
    h("div", { class: `card-${part}` }, ...textObject(block[part], surface.reader)),
  );
  const buttons = (block.actions ?? []).map((element) => control(new Field(surface, block, element, {})));
  return h(
    "article",
    { class: "card" },
    block.hero_image ? h("div", { class: "card-hero" }, picture(block.hero_image, surface.reader)) : null,
    h(
      "div",
      { class: "card-main" },
      block.icon ? h("div", { class: "card-icon" }, picture(block.icon, surface.reader)) : null,
      h("div", {}, texts),
    ),
    buttons.length ? h("div", { class: "block-actions card-actions" }, buttons) : null,
  );
}

/** Cards in a row. */
export function carousel(block, surface) {
  return h(
    "div",
    { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" },
    block.elements.map((each) => card(each, surface)),
  );
}

/** A video's title and picture; the sandbox plays none. */
export function video(block, surface) {
  const title = withEmoji(block.title.text);
  return h(
    "figure",
    {},
    h("figcaption", {}, block.title_url ? link(block.title_url, title) : title),
    link(block.video_url, picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, surface.reader)),
    block.description ? h("p", {}, withEmoji(block.description.text)) : null,
  );
}

/** Small buttons below a message. */
export function contextActions(block, surface) {
  return h(
    "div",
    { class: "block-actions context-actions" },
    block.elements.map((element) => control(new Field(surface, block, element, {}))),
  );
}
