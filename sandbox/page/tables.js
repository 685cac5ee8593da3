// Renders tables, and data tables that are sorted, filtered and paged.
// https://docs.slack.dev/reference/block-kit/blocks/data-table-block

import { append, h, setText } from "./dom.js";
import { control } from "./elements.js";
import { Field } from "./field.js";
import { iconButton } from "./icons.js";
import { richText } from "./richtext.js";

const USUAL_PAGE = 5;

/** A table; its first row is no heading unless Slack says so. */
export function table(block, surface) {
  const columns = block.column_settings ?? [];
  const rows = block.rows.map((row, at) =>
    h(
      "tr",
      {},
      row.map((cell, column) =>
        h(
          at === 0 ? "th" : "td",
          { scope: at === 0 ? "col" : null, class: classOf(cell, columns[column]) },
          content(cell, block, surface),
        ),
      ),
    ),
  );
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", { class: "data" }, h("thead", {}, rows[0]), h("tbody", {}, rows.slice(1))),
  );
}

/** A data table with its caption. */
export function dataTable(block, surface) {
  const [heading, ...rows] = block.rows;
  const size = block.page_size ?? USUAL_PAGE;
  const state = { column: -1, descending: false, words: "", page: 0 };
  const lines = rows.map((row) => ({ row, node: line(row, block, surface) }));
  const body = h("tbody");
  const count = h("span", { class: "table-count", role: "status" });
  const back = iconButton("back", "Previous page", () => turn(-1), 16);
  const on = iconButton("back", "Next page", () => turn(1), 16);
  on.classList.add("mirrored");
  const headings = heading.map((cell, column) => {
    const button = h("button", { type: "button", on: { click: () => sort(column) } }, cell.text);
    return h("th", { scope: "col", class: classOf(rows[0][column]) }, button);
  });
  const filter = h("input", {
    type: "search",
    class: "table-filter",
    placeholder: "Filter",
    "aria-label": `Filter ${block.caption}`,
    on: { input: () => find(filter.value) },
  });

  function sort(column) {
    state.descending = state.column === column && !state.descending;
    Object.assign(state, { column, page: 0 });
    show();
  }
  function find(words) {
    Object.assign(state, { words: words.trim().toLowerCase(), page: 0 });
    show();
  }
  function turn(step) {
    state.page += step;
    show();
  }
  function show() {
    const found = lines.filter(({ row }) => !state.words || textOf(row).includes(state.words));
    if (state.column >= 0) found.sort(order(rows, state));
    const pages = Math.max(1, Math.ceil(found.length / size));
    const first = state.page * size;
    body.replaceChildren(...found.slice(first, first + size).map(({ node }) => node));
    headings.forEach((node, at) => {
      const direction = state.descending ? "descending" : "ascending";
      node.setAttribute("aria-sort", at === state.column ? direction : "none");
    });
    const last = Math.min(first + size, found.length);
    setText(count, found.length ? `${first + 1}–${last} of ${found.length}` : "No rows");
    back.disabled = state.page === 0;
    on.disabled = state.page >= pages - 1;
    for (const node of [back, on]) node.hidden = pages === 1;
  }

  show();
  return h(
    "div",
    { class: "data-table" },
    h(
      "div",
      { class: "table-frame", tabindex: "0", role: "region", "aria-label": block.caption },
      h(
        "table",
        { class: "data" },
        h("caption", {}, h("span", {}, block.caption), filter),
        h("thead", {}, h("tr", {}, headings)),
        body,
      ),
    ),
    h("div", { class: "table-foot" }, count, back, on),
  );
}

function line(row, block, surface) {
  const header = block.row_header_column_index ?? 0;
  return h(
    "tr",
    {},
    row.map((cell, column) =>
      h(
        column === header ? "th" : "td",
        { scope: column === header ? "row" : null, class: classOf(cell) },
        content(cell, block, surface),
      ),
    ),
  );
}

/** Numbers are compared as such only if the whole column has numbers, as at Slack. */
function order(rows, { column, descending }) {
  const numeric = rows.every((row) => row[column].type === "raw_number");
  const sign = descending ? -1 : 1;
  return (one, other) => {
    const [left, right] = [one.row[column], other.row[column]];
    if (numeric) return sign * (left.value - right.value);
    return sign * textOf([left]).localeCompare(textOf([right]));
  };
}

function content(cell, block, surface) {
  if (cell.type === "rich_text") return append(h("div", { class: "rich-text" }), richText(cell, surface.reader));
  if (cell.type === "action_cell") return control(new Field(surface, block, cell.element, {}));
  return cell.text;
}

function classOf(cell, settings) {
  const align = settings?.align ?? (cell.type === "raw_number" ? "right" : "left");
  return `align-${align}${settings?.is_wrapped === false ? " nowrap" : ""}`;
}

function textOf(row) {
  return row.map(words).join(" ").toLowerCase();
}

function words(part) {
  if (Array.isArray(part)) return part.map(words).join("");
  if (part && typeof part === "object") return words(part.text ?? part.elements ?? part.element ?? "");
  return String(part);
}
