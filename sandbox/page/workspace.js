// Queries on the people and channels of a snapshot.

const BADGES = {
  owner: "Owner",
  admin: "Admin",
  member: "Member",
  guest: "Guest",
  stranger: "Other organization",
  bot: "App",
};
const KINDS = { public: "public", private: "private", shared: "public", dm: "im", mpim: "mpim" };

/** Text for a person's role. */
export function badge(role) {
  return BADGES[role] ?? role;
}

/** "#launch", or the other person's name for a direct message. */
export function titleOf(channel, people) {
  if (channel.kind === "mpim")
    return (channel.others ?? []).map((id) => (people.get(id)?.real_name ?? id).split(" ")[0]).join(", ");
  if (channel.kind !== "dm") return `#${channel.name}`;
  const other = people.get(channel.with);
  return other?.real_name || other?.name || channel.name;
}

/** Whether this is a conversation of few people, and not a channel. */
export function isDirect(channel) {
  return channel.kind === "dm" || channel.kind === "mpim";
}

/** The icon of a channel's kind. */
export function iconOf(channel) {
  return { private: "lock", shared: "shared", dm: "direct", mpim: "people" }[channel.kind] ?? "hash";
}

/** Whether Slack's conversation filter includes this channel. */
export function mayPick(channel, filter, people) {
  if (!filter) return true;
  if (filter.include && !filter.include.includes(KINDS[channel.kind])) return false;
  if (filter.exclude_external_shared_channels && channel.kind === "shared") return false;
  return !(filter.exclude_bot_users && channel.kind === "dm" && people.get(channel.with)?.role === "bot");
}

/** The next webinar that has not started, or null. */
export function nextWebinar(webinars, now) {
  const coming = webinars.filter((each) => each.start > now && !/cancel|finish/i.test(each.status));
  return coming.sort((one, other) => one.start - other.start)[0] ?? null;
}
