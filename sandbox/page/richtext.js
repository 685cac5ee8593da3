// Renders rich_text blocks: sections, lists, quotes and preformatted text with their inline elements.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { emoji } from "./emoji.js";
import { h, link } from "./dom.js";
import { channelMention, dateNode, groupMention, userMention } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

const INLINE = {
  text: (part) => h("span", {}, part.text ?? ""),
  link: (part) => link(part.url, part.text || part.url),
  user: (part, reader) => userMention(part.user_id, "", reader),
  channel: (part, reader) => channelMention(part.channel_id, "", reader),
  usergroup: (part, reader) => groupMention(part.usergroup_id, "", reader),
  broadcast: (part) => h("span", { class: "mention loud" }, `@${part.range}`),
  emoji: (part) => h("span", { class: "emoji" }, emoji(part.name) ?? `:${part.name}:`),
  date: (part, reader) => dateNode(part.timestamp, part.format, part.url, part.fallback ?? "", reader),
  color: (part) => h("code", {}, part.value ?? ""),
};

const BLOCKS = {
  rich_text_section: (part, reader) => h("div", { class: "rich-section" }, pieces(part.elements, reader)),
  rich_text_quote: (part, reader) => h("blockquote", {}, pieces(part.elements, reader)),
  rich_text_preformatted: (part, reader) => h("pre", {}, pieces(part.elements, reader)),
  rich_text_list: list,
};

/** Nodes for a rich_text block as `reader` sees it. */
export function richText(block, reader) {
  return (block.elements ?? []).map((part) => BLOCKS[part.type]?.(part, reader) ?? h("code", {}, part.type));
}

function list(part, reader) {
  const tag = part.style === "ordered" ? "ol" : "ul";
  const items = (part.elements ?? []).map((item) => h("li", {}, pieces(item.elements, reader)));
  const element = h(tag, { class: `indent-${Math.min(part.indent ?? 0, 5)}` }, items);
  if (part.offset) element.setAttribute("start", String(part.offset + 1));
  return element;
}

function pieces(parts, reader) {
  return (parts ?? []).map((part) => {
    const node = INLINE[part.type]?.(part, reader) ?? h("code", {}, part.type);
    return Object.entries(STYLES).reduce(
      (inner, [style, tag]) => (part.style?.[style] ? h(tag, {}, inner) : inner),
      node,
    );
  });
}
