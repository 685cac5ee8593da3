// Renders Slack's mrkdwn: bold, italic, strike, code, links, mentions, dates, quotes and lists.
// https://docs.slack.dev/messaging/formatting-message-text

import { emoji, withEmoji } from "./emoji.js";
import { h, link, safeUrl } from "./dom.js";
import { fillTemplate } from "./time.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const LIST_MARK = /^(\s*)(•|◦|▪︎|-|\d+\.)\s+(.*)$/;

/** Nodes for a mrkdwn text as `reader` ({tz, now, people, channels, open}) sees it. */
export function mrkdwn(text, reader) {
  return text.split(/(```[\s\S]+?```)/g).flatMap((piece) => {
    if (piece.startsWith("```") && piece.length > 6) {
      return [h("pre", {}, plainTokens(piece.slice(3, -3).replace(/^\n|\n$/g, "")))];
    }
    return piece ? lines(piece, reader) : [];
  });
}

/** Nodes for a text object of either kind. */
export function textObject(object, reader) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text ?? "", reader);
  return [object.emoji === false ? (object.text ?? "") : withEmoji(object.text ?? "")];
}

function lines(text, reader) {
  const nodes = [];
  let group = null; // quote or list of the previous lines
  const rows = text.split("\n");
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    if (/^(&gt;|>){3}/.test(row)) {
      const rest = [row.replace(/^(&gt;|>){3}/, ""), ...rows.slice(index + 1)].join("\n");
      nodes.push(h("blockquote", {}, ...lines(rest.trimStart(), reader)));
      return nodes;
    }
    const kind = rowKind(row);
    if (!kind) {
      if (index > 0 && !group) nodes.push(h("br"));
      group = null;
      nodes.push(...inline(row, reader));
      continue;
    }
    if (group?.tagName.toLowerCase() !== kind.tag) nodes.push((group = h(kind.tag, { class: "plain-list" })));
    group.append(kind.build(reader));
  }
  return nodes;
}

function rowKind(row) {
  const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(row);
  if (quoted)
    return { tag: "blockquote", build: (reader) => h("div", {}, ...inline(quoted[1], reader), h("br")) };
  const item = LIST_MARK.exec(row);
  if (!item) return null;
  const mark = h("span", { class: "list-mark" }, `${item[2]} `);
  return { tag: "ul", build: (reader) => h("li", {}, mark, h("span", {}, ...inline(item[3], reader))) };
}

/** Nodes for one line of mrkdwn. */
export function inline(text, reader) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(unescape(plain));
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const found = tokenAt(text, at, reader);
    if (found) {
      flush();
      nodes.push(...found.nodes);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function tokenAt(text, at, reader) {
  const char = text[at];
  if (char === "<") return bracketAt(text, at, reader);
  if (char === "`") return codeAt(text, at);
  if (char in STYLES) return styledAt(text, at, reader);
  if (char === ":") return emojiAt(text, at);
  if (char === "h" && (at === 0 || /[\s("'>]/.test(text[at - 1]))) return addressAt(text, at);
  return null;
}

function codeAt(text, at) {
  const found = /^`([^`\n]+)`/.exec(text.slice(at));
  return found && { length: found[0].length, nodes: [h("code", {}, plainTokens(found[1]))] };
}

function styledAt(text, at, reader) {
  const mark = text[at];
  if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) return null;
  if (/\s/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  for (let end = text.indexOf(mark, at + 1); end > 0; end = text.indexOf(mark, end + 1)) {
    const closes = !/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(text[end + 1] ?? " ");
    if (!closes || insideBracket(text, at, end)) continue;
    return { length: end + 1 - at, nodes: [h(STYLES[mark], {}, ...inline(text.slice(at + 1, end), reader))] };
  }
  return null;
}

function insideBracket(text, from, at) {
  const open = text.lastIndexOf("<", at);
  return open > from && text.indexOf(">", open) > at;
}

function emojiAt(text, at) {
  const found = /^:([a-z0-9_+-]+):/.exec(text.slice(at));
  const drawn = found && emoji(found[1]);
  if (!drawn) return null;
  return {
    length: found[0].length,
    nodes: [h("span", { class: "emoji", role: "img", "aria-label": found[1] }, drawn)],
  };
}

function addressAt(text, at) {
  const found = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]*_~]/.exec(text.slice(at));
  return found && { length: found[0].length, nodes: [link(unescape(found[0]), unescape(found[0]))] };
}

function bracketAt(text, at, reader) {
  const found = /^<([^<>\n]+)>/.exec(text.slice(at));
  if (!found) return null;
  const nodes = bracket(found[1], reader);
  return nodes && { length: found[0].length, nodes };
}

function bracket(inner, reader) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : inner.slice(bar + 1);
  if (/^@[UW]/.test(target)) return [userMention(target.slice(1), label, reader)];
  if (/^#[CGD]/.test(target)) return [channelMention(target.slice(1), label, reader)];
  if (target.startsWith("!date^")) return [dateToken(target, label, reader)];
  if (/^!(here|channel|everyone)\b/.test(target))
    return [h("span", { class: "mention loud" }, `@${target.slice(1).split("^")[0]}`)];
  if (target.startsWith("!subteam^")) return [groupMention(target.slice(9), label, reader)];
  if (/^(https?|slack|mailto|tel):/.test(target)) {
    const words = label ? inline(label, reader) : [unescape(target.replace(/^(mailto|tel):/, ""))];
    return [link(unescape(target), ...words)];
  }
  return null;
}

/** A mention of a person; the reader's own is highlighted. */
export function userMention(id, label, reader) {
  const person = reader.people.get(id);
  const own = id === reader.me ? " loud" : "";
  return h(
    "span",
    { class: `mention${own}` },
    `@${person?.real_name || person?.name || unescape(label) || id}`,
  );
}

/** A user group's handle as a mention. */
export function groupMention(id, label, reader) {
  const group = reader.groups?.get(id);
  const name = group ? `@${group.handle}` : unescape(label) || "@group";
  return h("span", { class: "mention" }, name);
}

/** A channel mention, a link if the reader can see the channel. */
export function channelMention(id, label, reader) {
  const channel = reader.channels.get(id);
  const name = `#${channel?.name ?? (unescape(label) || "private channel")}`;
  if (!channel) return h("span", { class: "mention" }, name);
  return h(
    "button",
    { type: "button", class: "mention as-link", on: { click: () => reader.open(id) } },
    name,
  );
}

function dateToken(target, fallback, reader) {
  const [, stamp, template, address] = target.split("^");
  return dateNode(
    Number(stamp),
    unescape(template ?? ""),
    address && unescape(address),
    unescape(fallback),
    reader,
  );
}

/** A date in the reader's time zone; shows the fallback if invalid. */
export function dateNode(unix, template, address, fallback, reader) {
  if (!Number.isFinite(unix) || !template) return h("span", {}, fallback);
  const words = fillTemplate(template, unix, reader.tz, reader.now);
  const moment = new Date(unix * 1000).toISOString();
  const time = h("time", { datetime: moment, title: fallback || moment }, words);
  return address && safeUrl(address) ? link(address, time) : time;
}

/** Code: only entities and link URLs are decoded. */
function plainTokens(text) {
  return unescape(text.replace(/<([^<>|\n]+)\|([^<>\n]*)>/g, "$2").replace(/<(https?:[^<>\n]+)>/g, "$1"));
}

/** Decodes the three entities that Slack escapes. */
export function unescape(text) {
  return (text ?? "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
