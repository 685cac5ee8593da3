// Completions at the caret: commands, people and user groups after "@", channels after "#".

import { isDirect } from "./workspace.js";

/** {title, from, items: [{label, detail, insert}]} for the text up to the caret, or null without matches. */
export function completions(text, caret, commands, reader) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before)) return some("Commands", 0, commandItems(before, commands));
  const word = /(?:^|\s)([@#])([\p{L}\p{N}_-]*)$/u.exec(before);
  if (!word) return null;
  const from = caret - word[2].length - 1;
  if (word[1] === "@")
    return some("People", from, [...personItems(word[2], reader), ...groupItems(word[2], reader)]);
  return some("Channels", from, channelItems(word[2], reader));
}

function some(title, from, items) {
  return items.length ? { title, from, items: items.slice(0, 8) } : null;
}

function commandItems(word, commands) {
  const fitting = commands.filter(({ command }) => command.startsWith(word.toLowerCase()));
  return fitting.map(({ command, usage_hint: usage, description }) => ({
    label: `${command} ${usage ?? ""}`.trim(),
    detail: description ?? "",
    insert: `${command} `,
  }));
}

function personItems(word, reader) {
  const people = [...reader.people.values()].filter(
    (person) => starts(person.real_name, word) || starts(person.name, word),
  );
  return people.map((person) => ({
    label: person.real_name,
    detail: person.title ?? "",
    insert: `@${person.real_name} `,
  }));
}

function groupItems(word, reader) {
  const groups = [...(reader.groups?.values() ?? [])].filter(
    (group) => starts(group.handle, word) || starts(group.name, word),
  );
  return groups.map((group) => ({
    label: `@${group.handle}`,
    detail: `${group.name}, a user group`,
    insert: `@${group.handle} `,
  }));
}

function channelItems(word, reader) {
  const open = [...reader.channels.values()].filter(
    (channel) => !isDirect(channel) && starts(channel.name, word),
  );
  return open.map((channel) => ({
    label: `#${channel.name}`,
    detail: channel.topic ?? "",
    insert: `#${channel.name} `,
  }));
}

function starts(name, word) {
  const wanted = word.toLocaleLowerCase();
  return (name ?? "")
    .toLocaleLowerCase()
    .split(/\s+/)
    .some((part) => part.startsWith(wanted));
}

/** The command at the start of a text, once its name is complete, to show its usage. */
export function commandOf(text, commands) {
  return commands.find(({ command }) => text.toLowerCase().startsWith(`${command} `)) ?? null;
}

/** A command's text as typed in Slack: people by short name ("@ben"); the workspace resolves the names. */
export function typedCommand(text, reader) {
  const names = new Map(
    [...reader.people.values()].map((person) => [`@${person.real_name}`, `@${person.name}`]),
  );
  return replaced(text, names, (words) => words);
}

/** A message as Slack stores it: &, < and > escaped, "@Ben Okafor" and "#launch" as <@U…> and <#C…|launch>. */
export function encoded(text, reader) {
  const names = new Map(
    [...reader.people.values()].map((person) => [`@${person.real_name}`, `<@${person.id}>`]),
  );
  for (const group of reader.groups?.values() ?? [])
    names.set(`@${group.handle}`, `<!subteam^${group.id}|@${group.handle}>`);
  for (const channel of reader.channels.values())
    if (!isDirect(channel)) names.set(`#${channel.name}`, `<#${channel.id}|${channel.name}>`);
  return replaced(text, names, (words) =>
    words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"),
  );
}

function replaced(text, names, otherwise) {
  const longestFirst = [...names.keys()].sort((one, other) => other.length - one.length);
  const pattern = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pieces = text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${pattern})(?![\\p{L}\\p{N}_-])`, "u"));
  return pieces.map((piece, index) => (index % 2 ? names.get(piece) : otherwise(piece))).join("");
}
