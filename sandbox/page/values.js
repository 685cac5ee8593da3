// Input values in Slack's format, and the validation of Slack's client.
// https://docs.slack.dev/reference/views#state_values

const INITIAL = {
  plain_text_input: (element) => ({ value: element.initial_value || null }),
  email_text_input: (element) => ({ value: element.initial_value || null }),
  url_text_input: (element) => ({ value: element.initial_value || null }),
  number_input: (element) => ({ value: element.initial_value || null }),
  static_select: (element) => ({ selected_option: element.initial_option ?? null }),
  external_select: (element) => ({ selected_option: element.initial_option ?? null }),
  users_select: (element) => ({ selected_user: element.initial_user ?? null }),
  channels_select: (element) => ({ selected_channel: element.initial_channel ?? null }),
  conversations_select: (element, here) => ({ selected_conversation: conversation(element, here) }),
  multi_static_select: (element) => ({ selected_options: element.initial_options ?? [] }),
  multi_external_select: (element) => ({ selected_options: element.initial_options ?? [] }),
  multi_users_select: (element) => ({ selected_users: element.initial_users ?? [] }),
  multi_channels_select: (element) => ({ selected_channels: element.initial_channels ?? [] }),
  multi_conversations_select: (element) => ({ selected_conversations: element.initial_conversations ?? [] }),
  datepicker: (element) => ({ selected_date: element.initial_date ?? null }),
  timepicker: (element) => ({ selected_time: element.initial_time ?? null }),
  datetimepicker: (element) => ({ selected_date_time: element.initial_date_time ?? null }),
  checkboxes: (element) => ({ selected_options: element.initial_options ?? [] }),
  radio_buttons: (element) => ({ selected_option: element.initial_option ?? null }),
  file_input: () => ({ files: [] }),
};

const REQUIRED = "Please complete this required field.";
const TEXT_LIMIT = 3000; // default of max_length of a plain_text_input

function conversation(element, here) {
  return element.initial_conversation ?? ((element.default_to_current_conversation && here) || null);
}

/** Whether elements of this type have a value. */
export function isStateful(element) {
  return Boolean(element) && Object.hasOwn(INITIAL, element.type);
}

/** Each element with a value in these blocks, with its block: [{block, element}]. */
export function statefulElements(blocks) {
  return blocks.flatMap((block) => {
    if (block.child_blocks) return statefulElements(block.child_blocks);
    const elements = block.type === "actions" ? (block.elements ?? []) : [block.element, block.accessory];
    return elements.filter(isStateful).map((element) => ({ block, element }));
  });
}

/** The initial value of an element; `here` is the person's current channel. */
export function initialState(element, here) {
  return { type: element.type, ...INITIAL[element.type](element, here) };
}

/** The values of one surface (a message or a view), kept while its blocks change. */
export class Values {
  #states = new Map(); // "block_id action_id" → state

  /**
   * Updates the values for new blocks as Slack does: kept where block_id, action_id and type are unchanged;
   * removed with their element; new ones start with `saved` or the initial value.
   */
  adopt(blocks, saved, here) {
    const next = new Map();
    for (const { block, element } of statefulElements(blocks)) {
      const name = keyOf(block.block_id, element.action_id);
      const known = this.#states.get(name) ?? saved?.[block.block_id]?.[element.action_id];
      next.set(
        name,
        known?.type === element.type && fits(element, known) ? known : initialState(element, here),
      );
    }
    this.#states = next;
  }

  get(blockId, actionId) {
    return this.#states.get(keyOf(blockId, actionId));
  }

  set(blockId, actionId, state) {
    this.#states.set(keyOf(blockId, actionId), state);
  }

  /** All values as Slack's view.state.values: {block_id: {action_id: {type, value …}}}. */
  collect() {
    const values = {};
    for (const [name, state] of this.#states) {
      const [blockId, actionId] = JSON.parse(name);
      (values[blockId] ??= {})[actionId] = state;
    }
    return values;
  }
}

function keyOf(blockId, actionId) {
  return JSON.stringify([blockId, actionId]);
}

function fits(element, state) {
  const offered = [element.options, ...(element.option_groups ?? []).map((group) => group.options)]
    .flat()
    .filter(Boolean);
  if (!offered.length) return true;
  const chosen = state.selected_options ?? [state.selected_option];
  return chosen.filter(Boolean).every((option) => offered.some((each) => each.value === option.value));
}

/** Whether a value is empty. */
export function isEmpty(state) {
  const [value] = Object.entries(state)
    .filter(([name]) => name !== "type")
    .map(([, each]) => each);
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
}

/** Errors that Slack's client finds before sending: {block_id: sentence}. */
export function problems(blocks, values) {
  const found = {};
  for (const { block, element } of statefulElements(blocks)) {
    if (block.type !== "input") continue;
    const sentence = problem(block, element, values.get(block.block_id, element.action_id));
    if (sentence) found[block.block_id] = sentence;
  }
  return found;
}

function problem(block, element, state) {
  if (isEmpty(state)) return block.optional ? null : REQUIRED;
  const check = CHECKS[element.type];
  return check ? check(element, state.value) : null;
}

const CHECKS = {
  plain_text_input: (element, value) => {
    const longest = element.max_length ?? TEXT_LIMIT;
    if (value.length > longest) return `This is ${value.length - longest} characters too long.`;
    if (value.length < (element.min_length ?? 0)) return `Enter at least ${element.min_length} characters.`;
    return null;
  },
  number_input: (element, value) => {
    const number = Number(value);
    if (!Number.isFinite(number)) return "Enter a number.";
    if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Enter a whole number.";
    if (element.min_value !== undefined && number < Number(element.min_value))
      return `Enter ${element.min_value} or more.`;
    if (element.max_value !== undefined && number > Number(element.max_value))
      return `Enter ${element.max_value} or less.`;
    return null;
  },
  email_text_input: (_element, value) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "Enter a valid email address.",
  url_text_input: (_element, value) =>
    URL.canParse(value) ? null : "Enter a valid address, beginning with https://.",
};
