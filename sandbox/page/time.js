// Formats and parses dates and times in a time zone, using Intl only.

const formats = new Map();

function format(tz, options) {
  const name = `${tz} ${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }));
  return formats.get(name);
}

/** Year, month (1-12), day, hour (0-23), minute, second and weekday in `tz` at this Unix time. */
export function zoned(unix, tz) {
  const options = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    weekday: "long",
    hourCycle: "h23",
  };
  const parts = format(tz, options).formatToParts(new Date(unix * 1000));
  const part = (type) => parts.find((each) => each.type === type).value;
  const number = (type) => Number(part(type));
  return {
    year: number("year"),
    month: number("month"),
    day: number("day"),
    hour: number("hour"),
    minute: number("minute"),
    second: number("second"),
    weekday: part("weekday"),
  };
}

/** UTC offset in seconds of `tz` at this Unix time. */
export function offsetAt(unix, tz) {
  const at = zoned(unix, tz);
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second) / 1000 - Math.floor(unix);
}

/**
 * The Unix time of this date ("2026-11-01") and time ("01:30") in `tz`, or null if either is incomplete. A repeated
 * hour means the first one; a skipped hour is moved forward by the gap.
 */
export function toUnix(date, time, tz) {
  const day = /^(\d{4,})-(\d\d)-(\d\d)$/.exec(date ?? "");
  const hour = /^(\d\d):(\d\d)/.exec(time ?? "");
  if (!day || !hour) return null;
  const wall = Date.UTC(+day[1], day[2] - 1, +day[3], +hour[1], +hour[2]) / 1000;
  const before = wall - offsetAt(wall - 86400, tz);
  const after = wall - offsetAt(wall + 86400, tz);
  const fitting = [before, after].filter((each) => each + offsetAt(each, tz) === wall);
  return fitting.length ? Math.min(...fitting) : before;
}

/** The date and time fields of this Unix time in `tz`: {date: "2026-11-01", time: "01:30"}. */
export function toFields(unix, tz) {
  const at = zoned(unix, tz);
  return { date: isoDay(at), time: `${pad(at.hour)}:${pad(at.minute)}` };
}

/** The date in `tz` as "2026-11-01". */
export function dayOf(unix, tz) {
  return isoDay(zoned(unix, tz));
}

/** "3:04 PM" in `tz`. */
export function clockTime(unix, tz, seconds = false) {
  const options = { hour: "numeric", minute: "2-digit", ...(seconds && { second: "2-digit" }) };
  return format(tz, options)
    .format(new Date(unix * 1000))
    .replace(/\u202f/g, " ");
}

/** "Thursday, September 24" in `tz`. */
export function longDay(unix, tz) {
  return format(tz, { weekday: "long", month: "long", day: "numeric" }).format(new Date(unix * 1000));
}

/** "Thu, Sep 24" in `tz`. */
export function weekDay(unix, tz) {
  return format(tz, { weekday: "short", month: "short", day: "numeric" }).format(new Date(unix * 1000));
}

/** "Sep 24" in `tz`, with the year when it is not the year of `now`. */
export function shortDay(unix, tz, now) {
  const year = zoned(unix, tz).year !== zoned(now, tz).year && { year: "numeric" };
  return format(tz, { month: "short", day: "numeric", ...year }).format(new Date(unix * 1000));
}

/** "GMT+5:30" at this Unix time. */
export function offsetName(unix, tz) {
  const parts = format(tz, { timeZoneName: "shortOffset" }).formatToParts(new Date(unix * 1000));
  return parts.find((each) => each.type === "timeZoneName").value;
}

/** "2 days 3 hours" for a number of seconds, in at most two units. */
export function span(seconds) {
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];
  const words = [];
  let left = Math.round(Math.abs(seconds));
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count && words.length < 2) words.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return words.join(" ") || "0 seconds";
}

/** Slack's date template ("{date_short_pretty} at {time}") formatted for `tz` relative to `now`. */
export function fillTemplate(template, unix, tz, now) {
  return template.replace(/\{(\w+)\}/g, (whole, name, index) => {
    const words = token(name, unix, tz, now);
    if (words === null) return whole;
    return index === 0 && name.endsWith("_pretty") ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  });
}

function token(name, unix, tz, now) {
  const at = zoned(unix, tz);
  if (name.endsWith("_pretty"))
    return relativeDay(unix, tz, now) ?? token(plainName(name, at, tz, now), unix, tz, now);
  const month = format(tz, { month: "long" }).format(new Date(unix * 1000));
  const nearby = Math.abs(unix - now) < 182 * 86400;
  switch (name) {
    case "date_num":
      return isoDay(at);
    case "date_slash":
      return `${pad(at.month)}/${pad(at.day)}/${at.year}`;
    case "date":
      return `${month} ${ordinal(at.day)}${nearby ? "" : `, ${at.year}`}`;
    case "date_long":
      return `${at.weekday}, ${month} ${ordinal(at.day)}, ${at.year}`;
    case "date_long_this_year":
      return `${at.weekday}, ${month} ${ordinal(at.day)}`;
    case "date_long_full":
      return `${month} ${at.day}, ${at.year}`;
    case "date_short":
      return `${month.slice(0, 3)} ${at.day}, ${at.year}`;
    case "time":
      return clockTime(unix, tz);
    case "time_secs":
      return clockTime(unix, tz, true);
    case "ago":
      return ago(unix, now);
    default:
      return null;
  }
}

function plainName(name, at, tz, now) {
  if (name !== "day_divider_pretty") return name.replace(/_pretty$/, "");
  return at.year === zoned(now, tz).year ? "date_long_this_year" : "date_long";
}

function relativeDay(unix, tz, now) {
  const day = (moment) => Date.parse(`${dayOf(moment, tz)}T00:00:00Z`) / 86400000;
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[day(unix) - day(now)] ?? null;
}

function ago(unix, now) {
  const seconds = now - unix;
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [name, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  const count = Math.floor(Math.abs(seconds) / size);
  const words = `${count} ${name}${count === 1 ? "" : "s"}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

function ordinal(day) {
  const teens = day > 10 && day < 14;
  return `${day}${(!teens && ["th", "st", "nd", "rd"][day % 10]) || "th"}`;
}

function isoDay(at) {
  return `${at.year}-${pad(at.month)}-${pad(at.day)}`;
}

function pad(number) {
  return String(number).padStart(2, "0");
}
