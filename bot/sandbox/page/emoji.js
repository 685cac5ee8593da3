// The emoji short codes an app is likely to use; an unknown one is shown as it was written.

const TABLE = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_right: "➡️", arrows_counterclockwise: "🔄", bar_chart: "📊",
  bell: "🔔", no_bell: "🔕", blue_heart: "💙", books: "📚", boom: "💥", bulb: "💡", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", calendar: "📆", camera: "📷", chart_with_upwards_trend: "📈", clap: "👏",
  clapper: "🎬", clipboard: "📋", date: "📅", door: "🚪", eyes: "👀", fire: "🔥", gear: "⚙️", globe_with_meridians: "🌐",
  green_heart: "💚", grey_question: "❔", hammer_and_wrench: "🛠️", heart: "❤️", heavy_check_mark: "✔️",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", information_source: "ℹ️", key: "🔑", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_yellow_circle: "🟡", link: "🔗", loudspeaker: "📢", lock: "🔒", mag: "🔍",
  mega: "📣", memo: "📝", microphone: "🎤", movie_camera: "🎥", new: "🆕", no_entry: "⛔", no_entry_sign: "🚫",
  paperclip: "📎", party_popper: "🎉", pencil2: "✏️", point_right: "👉", pray: "🙏", pushpin: "📌", question: "❓",
  raised_hands: "🙌", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", satellite: "📡", seedling: "🌱",
  slightly_smiling_face: "🙂", smile: "😄", sparkles: "✨", speech_balloon: "💬", star: "⭐", stopwatch: "⏱️",
  studio_microphone: "🎙️", tada: "🎉", thinking_face: "🤔", thumbsup: "👍", ticket: "🎟️", tv: "📺", unlock: "🔓",
  warning: "⚠️", wastebasket: "🗑️", wave: "👋", white_check_mark: "✅", white_circle: "⚪", x: "❌", zap: "⚡", zzz: "💤",
};

/** The emoji of a short code without its colons, or null. */
export function emoji(name) {
  return Object.hasOwn(TABLE, name) ? TABLE[name] : null;
}

/** A plain text with the short codes it knows replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
