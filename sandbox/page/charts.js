// Renders data_visualization blocks as SVG, with the numbers in a table for screen readers.
// https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block

import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 640;
const HEIGHT = 260;
const LETTER_PX = 6.4;
const TICKS = 4;
const exact = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1, notation: "compact" });

/** A chart with its title, legend and numbers. */
export function chart({ title, chart: data }) {
  const parts = data.type === "pie" ? pieParts(data.segments) : plotParts(data);
  const legend = parts.legend.map((name, index) =>
    h("span", { class: "legend-item" }, h("span", { class: `swatch color-${index}` }), name),
  );
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title),
    parts.svg(title),
    parts.legend.length ? h("div", { class: "legend" }, legend) : null,
    h("div", { class: "visually-hidden" }, h("table", {}, h("caption", {}, title), parts.rows)),
  );
}

function pieParts(segments) {
  const sum = segments.reduce((all, { value }) => all + value, 0);
  const share = (value) => (sum ? Math.round((100 * value) / sum) : 0);
  return {
    svg: (title) => drawPie(segments, sum, title),
    legend: segments.map(({ label, value }) => `${label}: ${exact.format(value)} (${share(value)}%)`),
    rows: segments.map(({ label, value }) => row([label, exact.format(value)])),
  };
}

function drawPie(segments, sum, title) {
  const [size, center, radius] = [220, 110, 100];
  let angle = -Math.PI / 2;
  const slices = segments.map(({ label, value }, index) => {
    const turn = sum ? (value / sum) * 2 * Math.PI : 0;
    const [from, to] = [angle, angle + turn];
    angle = to;
    const name = s("title", {}, `${label}: ${exact.format(value)}`);
    if (value === sum && sum)
      return s("circle", { cx: center, cy: center, r: radius, class: `fill-${index}` }, name);
    const at = (where) => `${center + radius * Math.cos(where)} ${center + radius * Math.sin(where)}`;
    const d = `M${center} ${center}L${at(from)}A${radius} ${radius} 0 ${turn > Math.PI ? 1 : 0} 1 ${at(to)}Z`;
    return s("path", { d, class: `slice fill-${index}` }, name);
  });
  return frame(size, size, title, slices, "pie");
}

function plotParts(data) {
  const { categories, x_label: xLabel, y_label: yLabel } = data.axis_config;
  const series = data.series.map(({ name, data: points }) => {
    const byLabel = new Map(points.map(({ label, value }) => [label, value]));
    return { name, values: categories.map((category) => byLabel.get(category) ?? 0) };
  });
  return {
    svg: (title) => drawPlot(data.type, categories, series, { xLabel, yLabel, title }),
    legend: series.length > 1 ? series.map(({ name }) => name) : [],
    rows: [
      row(["", ...series.map(({ name }) => name)]),
      ...categories.map((category, at) =>
        row([category, ...series.map(({ values }) => exact.format(values[at]))]),
      ),
    ],
  };
}

function drawPlot(kind, categories, series, { xLabel, yLabel, title }) {
  const layers = kind === "area" ? stacked(series) : series.map(({ values }) => ({ base: null, values }));
  const scale = niceScale(layers.flatMap(({ values }) => values));
  const longest = Math.max(...categories.map((each) => each.length)) * LETTER_PX;
  const slant = longest > (WIDTH - 70) / categories.length;
  const bottom = (slant ? longest * 0.87 + 20 : 24) + (xLabel ? 20 : 0);
  const area = { left: yLabel ? 68 : 48, right: WIDTH - 12, top: 12, bottom: HEIGHT };
  const step = (area.right - area.left) / categories.length;
  const x = (at) => area.left + step * (at + 0.5);
  const y = (value) => area.bottom - ((value - scale.low) / (scale.high - scale.low)) * (area.bottom - area.top);
  const draw = { bar: bars, line: lines, area: areas }[kind];
  return frame(WIDTH, HEIGHT + bottom, title, [
    ...grid(scale, area, y),
    ...categories.map((each, at) => categoryLabel(each, x(at), area.bottom + 16, slant)),
    ...draw({ layers, series, categories, x, y, step, zero: y(Math.max(0, scale.low)) }),
    xLabel ? s("text", { x: (area.left + area.right) / 2, y: HEIGHT + bottom - 4, class: "axis-title" }, xLabel) : null,
    yLabel
      ? s("text", { transform: `translate(14 ${(area.top + area.bottom) / 2}) rotate(-90)`, class: "axis-title" }, yLabel)
      : null,
  ]);
}

function grid(scale, area, y) {
  return scale.ticks.flatMap((tick) => [
    s("line", { x1: area.left, x2: area.right, y1: y(tick), y2: y(tick), class: tick === 0 ? "zero" : "grid" }),
    s("text", { x: area.left - 8, y: y(tick) + 4, class: "tick" }, short.format(tick)),
  ]);
}

function categoryLabel(text, x, y, slant) {
  if (!slant) return s("text", { x, y: y + 2, class: "category" }, text);
  return s("text", { transform: `translate(${x + 4} ${y - 4}) rotate(-60)`, class: "category slanted" }, text);
}

function bars({ layers, series, categories, x, y, step, zero }) {
  const width = Math.min(46, (step * 0.76) / layers.length);
  return layers.flatMap(({ values }, index) =>
    values.map((value, at) => {
      const left = x(at) + width * (index - layers.length / 2);
      const [top, low] = [Math.min(y(value), zero), Math.max(y(value), zero)];
      const box = { x: left, y: top, width: Math.max(1, width - 2), height: Math.max(1, low - top) };
      return s("rect", { ...box, class: `fill-${index}` }, tip(series[index].name, categories[at], value));
    }),
  );
}

function lines({ layers, series, categories, x, y }) {
  return layers.flatMap(({ values }, index) => [
    s("path", { d: path(values, x, y), class: `stroke-${index}` }),
    ...values.map((value, at) =>
      s(
        "circle",
        { cx: x(at), cy: y(value), r: 3.5, class: `fill-${index}` },
        tip(series[index].name, categories[at], value),
      ),
    ),
  ]);
}

function areas({ layers, series, x, y }) {
  return layers
    .map(({ base, values }, index) => {
      const back = base.map((value, at) => `L${x(at)} ${y(value)}`).reverse();
      const d = `${path(values, x, y)}${back.join("")}Z`;
      return s("path", { d, class: `layer fill-${index}` }, s("title", {}, series[index].name));
    });
}

function path(values, x, y) {
  return values.map((value, at) => `${at ? "L" : "M"}${x(at)} ${y(value)}`).join("");
}

/** Slack stacks areas: each begins where the one before ends. */
function stacked(series) {
  let base = series[0].values.map(() => 0);
  return series.map(({ values }) => {
    const layer = { base, values: values.map((value, at) => base[at] + value) };
    base = layer.values;
    return layer;
  });
}

/** Round limits that contain zero and all values, with the ticks between them. */
function niceScale(values) {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (most - least || 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough) * power;
  const [from, to] = [Math.floor(least / step), Math.max(Math.ceil(most / step), 1)];
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => (from + at) * step);
  return { low: ticks[0], high: ticks.at(-1), ticks };
}

function tip(name, category, value) {
  return s("title", {}, `${name}, ${category}: ${exact.format(value)}`);
}

function row(cells) {
  return h(
    "tr",
    {},
    cells.map((cell) => h("td", {}, cell)),
  );
}

function frame(width, height, title, children, kind = "plot") {
  const props = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: kind };
  return s("svg", props, ...children);
}

function s(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, String(value));
  element.append(...children.filter((child) => child !== null));
  return element;
}
