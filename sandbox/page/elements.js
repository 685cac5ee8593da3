// Renders Block Kit elements by type: buttons, menus, checkboxes, selects and fields.
// https://docs.slack.dev/reference/block-kit/block-elements

import { h, safeUrl, uniqueId } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { fileInput } from "./files.js";
import { icon } from "./icons.js";
import { datePicker, momentPicker, textInput, timePicker } from "./inputs.js";
import { menuButton } from "./menu.js";
import { textObject } from "./mrkdwn.js";
import { select } from "./selects.js";

const BUILDERS = {
  button,
  icon_button: button,
  overflow,
  checkboxes: (field) => choices(field, "checkbox"),
  radio_buttons: (field) => choices(field, "radio"),
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: momentPicker,
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  file_input: fileInput,
  image: (field) => picture(field.element, field.reader),
};

/** The control of a field; an unknown type is shown as a box with its name. */
export function control(field) {
  const { type } = field.element;
  if (/_select$/.test(type)) return select(field);
  return BUILDERS[type]?.(field) ?? unknown(type);
}

/** A box that names an unsupported type. */
export function unknown(type) {
  return h("div", { class: "unknown" }, icon("info", 16), ` The sandbox does not draw “${type}”.`);
}

/** An image with alt text; only http and https URLs and workspace files are loaded. */
export function picture(image, reader) {
  const file = image.slack_file && fileOf(image.slack_file);
  const own = file && `${location.origin}/workspace/files/${file}?as=${reader.me}`;
  const source = safeUrl(own ?? image.image_url ?? "");
  return source
    ? h("img", { src: source, alt: image.alt_text ?? "" })
    : h("span", { class: "unknown" }, image.alt_text ?? "Image");
}

function fileOf({ id, url }) {
  return id ?? /-(F[A-Z0-9]+)\//.exec(url)?.[1];
}

function button(field) {
  const { element } = field;
  const address = element.url && safeUrl(element.url);
  const attributes = field.attributes();
  const props = {
    ...attributes,
    "aria-label": element.accessibility_label ?? null,
    "aria-labelledby": null,
    class: `button ${element.style ?? ""}`,
    on: { click: address ? follow : send },
  };
  const words = withEmoji(element.text?.text ?? "");
  const node = address
    ? h(
        "a",
        { ...props, href: address, target: "_blank", rel: "noopener noreferrer" },
        words,
        icon("external", 14),
      )
    : h("button", { ...props, type: "button" }, words);
  function send() {
    return field.surface.act(field.block, element, { value: element.value ?? null }, node);
  }
  async function follow(event) {
    if (element.confirm) event.preventDefault();
    if ((await send()) && element.confirm) window.open(address, "_blank", "noopener");
  }
  return node;
}

function overflow(field) {
  const { element } = field;
  const items = (element.options ?? []).map((option) => ({
    words: [
      withEmoji(option.text?.text ?? ""),
      option.description ? h("span", { class: "option-detail" }, option.description.text) : null,
    ],
    href: option.url && safeUrl(option.url),
    choose: (node) => field.surface.act(field.block, element, { selected_option: option }, node),
  }));
  const label = element.accessibility_label ?? "More options";
  return menuButton({ ...field.attributes(), "aria-label": label }, items);
}

function choices(field, type) {
  const single = type === "radio";
  const options = field.element.options ?? [];
  const name = uniqueId("choice");
  const boxes = options.map((option, index) =>
    h("input", {
      ...field.attributes(String(index)),
      "aria-label": null,
      "aria-labelledby": null,
      "aria-required": null,
      type,
      name,
      on: { change: changed },
    }),
  );
  function show(state) {
    const chosen = [state.selected_options ?? state.selected_option ?? []]
      .flat()
      .map((option) => option.value);
    boxes.forEach((box, index) => (box.checked = chosen.includes(options[index].value)));
  }
  function changed(event) {
    const chosen = options.filter((_, index) => boxes[index].checked);
    field.change(single ? { selected_option: chosen[0] ?? null } : { selected_options: chosen }, {
      node: event.target,
      restore: show,
    });
  }
  show(field.state);
  const rows = options.map((option, index) =>
    h(
      "label",
      { class: "choice" },
      boxes[index],
      h(
        "span",
        {},
        ...textObject(option.text, field.reader),
        option.description
          ? h("span", { class: "option-detail" }, ...textObject(option.description, field.reader))
          : null,
      ),
    ),
  );
  const { labelledby, describedby, label } = field.frame;
  return h(
    "div",
    {
      role: single ? "radiogroup" : "group",
      class: "choices",
      id: field.id,
      "data-action": field.element.action_id,
      "aria-labelledby": labelledby,
      "aria-label": labelledby ? null : label,
      "aria-describedby": describedby,
    },
    rows,
  );
}
