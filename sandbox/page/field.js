// One element of a block: accessible name, value, and the effect of a change.

import { uniqueId } from "./dom.js";

export class Field {
  /** `frame` is the accessible name: {id, labelledby, describedby} of an input block, or {label} elsewhere. */
  constructor(surface, block, element, frame) {
    Object.assign(this, { surface, block, element, frame });
    this.id = frame.id ?? uniqueId("field");
  }

  get reader() {
    return this.surface.reader;
  }

  get state() {
    return this.surface.state(this.block, this.element);
  }

  get placeholder() {
    return this.element.placeholder?.text ?? "";
  }

  get required() {
    return this.block.type === "input" && !this.block.optional;
  }

  /** Attributes of every control of this field; `part` distinguishes several controls of one field. */
  attributes(part = "") {
    const { labelledby, describedby, label } = this.frame;
    return {
      id: part ? null : this.id,
      "data-focus": [this.block.block_id, this.element.action_id, part].filter(Boolean).join("/"),
      "data-action": this.element.action_id,
      "aria-labelledby": labelledby,
      "aria-label": labelledby
        ? null
        : (this.element.accessibility_label ?? (this.placeholder || label || null)),
      "aria-describedby": describedby,
      "aria-required": this.required || null,
    };
  }

  keep(part) {
    this.surface.keep(this.block, this.element, part);
  }

  change(part, how) {
    return this.surface.change(this.block, this.element, part, how);
  }
}
