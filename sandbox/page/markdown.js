// Renders the Markdown of Slack's `markdown` block: headings, lists, quotes, code, emphasis and links.

import { withEmoji } from "./emoji.js";
import { h, link } from "./dom.js";

const INLINE = [
  [/^`([^`]+)`/, (found) => h("code", {}, found[1])],
  [/^\*\*(.+?)\*\*/, (found) => h("strong", {}, ...spans(found[1]))],
  [/^__(.+?)__/, (found) => h("strong", {}, ...spans(found[1]))],
  [/^~~(.+?)~~/, (found) => h("s", {}, ...spans(found[1]))],
  [/^\*([^\s*][^*]*)\*/, (found) => h("em", {}, ...spans(found[1]))],
  [/^_([^\s_][^_]*)_/, (found) => h("em", {}, ...spans(found[1]))],
  [/^!?\[([^\]]*)\]\(([^()\s]+)\)/, (found) => link(found[2], ...spans(found[1] || found[2]))],
  [/^https?:\/\/[^\s<>]+[^\s<>.,;:!?)]/, (found) => link(found[0], found[0])],
];

const BLOCKS = [
  [
    /^(#{1,6})\s+(.*)$/,
    (found) =>
      h("p", { class: `md-h${found[1].length}`, role: "heading", "aria-level": 3 }, ...spans(found[2])),
  ],
  [/^(-{3,}|\*{3,})$/, () => h("hr")],
];

/** Nodes for a Markdown text. */
export function markdown(text) {
  const rows = text.split("\n");
  const nodes = [];
  while (rows.length) nodes.push(...take(rows));
  return nodes;
}

function take(rows) {
  if (!rows[0].trim()) return rows.shift() && [];
  if (rows[0].startsWith("```")) return [fence(rows)];
  for (const [pattern, build] of BLOCKS) {
    const found = pattern.exec(rows[0]);
    if (found) return (rows.shift(), [build(found)]);
  }
  if (/^>\s?/.test(rows[0])) {
    return [
      h(
        "blockquote",
        {},
        ...markdown(
          takeWhile(rows, /^>\s?/)
            .map((row) => row.replace(/^>\s?/, ""))
            .join("\n"),
        ),
      ),
    ];
  }
  if (/^\s*[-*+]\s+/.test(rows[0])) return [list("ul", takeWhile(rows, /^\s*[-*+]\s+/))];
  if (/^\s*\d+[.)]\s+/.test(rows[0])) return [list("ol", takeWhile(rows, /^\s*\d+[.)]\s+/))];
  return [paragraph(rows)];
}

function fence(rows) {
  rows.shift();
  const code = takeWhile(rows, /^(?!```)/);
  rows.shift();
  return h("pre", {}, code.join("\n"));
}

function list(tag, items) {
  return h(
    tag,
    {},
    items.map((item) => h("li", {}, ...spans(item.replace(/^\s*([-*+]|\d+[.)])\s+/, "")))),
  );
}

function paragraph(rows) {
  const own = [rows.shift(), ...takeWhile(rows, /^(?!\s*$|#{1,6}\s|>|```|\s*[-*+]\s|\s*\d+[.)]\s)/)];
  return h(
    "p",
    {},
    own.flatMap((row, index) => [index ? h("br") : null, ...spans(row)]),
  );
}

function takeWhile(rows, pattern) {
  const taken = [];
  while (rows.length && pattern.test(rows[0])) taken.push(rows.shift());
  return taken;
}

function spans(text) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const inWord = /[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
    const hit = inWord ? null : firstMatch(text.slice(at));
    if (hit) {
      if (plain) nodes.push(withEmoji(plain));
      plain = "";
      nodes.push(hit.node);
      at += hit.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(withEmoji(plain));
  return nodes;
}

function firstMatch(text) {
  for (const [pattern, build] of INLINE) {
    const found = pattern.exec(text);
    if (found) return { node: build(found), length: found[0].length };
  }
  return null;
}
