// Select menus: static options, people, channels, conversations, and options from the app.

import { combobox } from "./combobox.js";
import { withEmoji } from "./emoji.js";
import { h } from "./dom.js";
import { mayPick } from "./workspace.js";

const SHORTEST_QUERY = 3; // Slack's default for min_query_length

// type → [state field, whether it holds an id or an option, source of the options]
const KINDS = {
  static_select: ["selected_option", fixed],
  external_select: ["selected_option", null],
  users_select: ["selected_user", people],
  channels_select: ["selected_channel", channels],
  conversations_select: ["selected_conversation", conversations],
  multi_static_select: ["selected_options", fixed],
  multi_external_select: ["selected_options", null],
  multi_users_select: ["selected_users", people],
  multi_channels_select: ["selected_channels", channels],
  multi_conversations_select: ["selected_conversations", conversations],
};

/** The control of a select menu: a native select for one static option, else a combobox. */
export function select(field) {
  const [name, source] = KINDS[field.element.type];
  return source && !field.element.type.startsWith("multi_")
    ? menu(field, name, source)
    : search(field, name, source);
}

function menu(field, name, source) {
  const groups = source(field);
  const all = groups.flatMap((group) => group.options);
  const show = (state) =>
    (control.value = String(all.findIndex((option) => option.value === valueOf(state[name]))));
  const control = h(
    "select",
    { ...field.attributes(), class: "select", on: { change: changed } },
    h("option", { value: "-1" }, field.placeholder || "Choose an option"),
    groups.map((group) =>
      group.label ? h("optgroup", { label: group.label }, choices(group, all)) : choices(group, all),
    ),
  );
  function changed() {
    const option = all[Number(control.value)];
    if (!option && field.block.type !== "input") return show(field.state); // a menu in a message cannot be cleared
    return field.change({ [name]: option ? option.raw : null }, { node: control, restore: show });
  }
  show(field.state);
  return control;
}

function choices(group, all) {
  return group.options.map((option) => {
    const words = option.detail ? `${option.label} – ${option.detail}` : option.label;
    return h("option", { value: String(all.indexOf(option)) }, words);
  });
}

function search(field, name, source) {
  const multiple = field.element.type.startsWith("multi_");
  const shown = (state) => [state[name] ?? []].flat().map((raw) => known(field, source, raw));
  const control = combobox({
    attributes: field.attributes(),
    placeholder: field.placeholder,
    chosen: shown(field.state),
    multiple,
    max: field.element.max_selected_items,
    load: (query) => (source ? matching(source(field), query) : served(field, query)),
    onChange: (options) => {
      const raw = options.map((option) => option.raw);
      field.change(
        { [name]: multiple ? raw : (raw[0] ?? null) },
        { node: control, restore: (state) => control.show(shown(state)) },
      );
    },
  });
  return control;
}

async function served(field, query) {
  const least = field.element.min_query_length ?? SHORTEST_QUERY;
  if (query.length < least)
    throw new Error(`Type at least ${least} character${least === 1 ? "" : "s"} to search.`);
  const groups = await field.surface.suggest(field.block, field.element, query);
  return groups.map(({ label, options }) => ({ label, options: options.map(asOption) }));
}

function matching(groups, query) {
  const words = query.toLocaleLowerCase();
  return groups.map(({ label, options }) => ({
    label,
    options: options.filter((option) => option.label.toLocaleLowerCase().includes(words)),
  }));
}

function known(field, source, raw) {
  if (typeof raw === "object") return asOption(raw);
  const all = source(field).flatMap((group) => group.options);
  return all.find((option) => option.raw === raw) ?? { label: raw, value: raw, raw };
}

function valueOf(raw) {
  return raw && typeof raw === "object" ? raw.value : raw;
}

function asOption(raw) {
  return { label: withEmoji(raw.text?.text ?? ""), value: raw.value, detail: raw.description?.text, raw };
}

function fixed(field) {
  const { options, option_groups: groups } = field.element;
  const all = groups ?? [{ options: options ?? [] }];
  return all.map((group) => ({ label: group.label?.text ?? null, options: group.options.map(asOption) }));
}

function people(field) {
  const known = [...field.reader.people.values()].filter((person) => person.role !== "bot");
  const options = known.map((person) => ({
    label: person.real_name || person.name,
    value: person.id,
    raw: person.id,
  }));
  return [{ label: null, options }];
}

function channels(field) {
  return places(field, (channel) => channel.kind === "public");
}

function conversations(field) {
  return places(field, (channel) => mayPick(channel, field.element.filter, field.reader.people));
}

function places(field, wanted) {
  const open = [...field.reader.channels.values()].filter(wanted);
  const options = open.map((channel) => ({
    label: field.reader.title(channel),
    value: channel.id,
    raw: channel.id,
  }));
  return [{ label: null, options }];
}
