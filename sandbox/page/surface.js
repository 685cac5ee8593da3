// State of a message or view: values, errors, and sending of its actions.

import { Values, isStateful } from "./values.js";
import { confirmed } from "./confirm.js";

/** One surface; kept as long as the page, so that input survives snapshots and a change of person. */
export class Surface {
  /** `desk` is the page's {post, upload, update, open}; `container` is Slack's {type, …} for the server. */
  constructor(id, container, desk) {
    this.id = id;
    this.container = container;
    this.desk = desk;
    this.values = new Values();
    this.errors = {}; // block_id → sentence
    this.notice = ""; // error text of the last click
    this.reader = null; // the current person, set at each rendering
  }

  /** Sets the blocks to be rendered. */
  adopt(blocks, saved, reader) {
    this.values.adopt(blocks, this.reader ? null : saved, reader.channel);
    this.reader = reader;
  }

  state(block, element) {
    return this.values.get(block.block_id, element.action_id);
  }

  /** Stores a new value and removes its error. */
  keep(block, element, part) {
    this.values.set(block.block_id, element.action_id, { type: element.type, ...part });
    if (!this.errors[block.block_id]) return;
    delete this.errors[block.block_id];
    this.desk.update();
  }

  /**
   * Stores a new value and sends it if it is dispatched at once (outside inputs, or with dispatch_action).
   * `restore` shows the old value again if the person cancels.
   */
  async change(block, element, part, { node, restore }) {
    const before = this.state(block, element);
    this.keep(block, element, part);
    if (block.type === "input" && !block.dispatch_action) return;
    if (await this.act(block, element, this.state(block, element), node)) return;
    this.values.set(block.block_id, element.action_id, before);
    restore(before);
  }

  /** Sends a click to the app; false when the person declined the element's confirmation. */
  async act(block, element, state, node) {
    if (node?.getAttribute("aria-busy") === "true") return true;
    if (element.confirm && !(await confirmed(element.confirm, this.reader, node))) return false;
    node?.setAttribute("aria-busy", "true");
    this.notice = "";
    const answer = await this.desk.post("action", {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      element: isStateful(element) ? state : { type: element.type, ...state },
      values: this.values.collect(),
    });
    node?.removeAttribute("aria-busy");
    this.notice = answer.ok ? "" : answer.text;
    this.desk.update();
    return true;
  }

  /** Uploads a file: {ok, file}. */
  upload(file) {
    return this.desk.upload(file);
  }

  /** Options of an external select for a query: [{label, options}]. */
  async suggest(block, element, value) {
    const place = {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      value,
    };
    const answer = await this.desk.post("suggest", place);
    if (answer.ok === false) throw new Error(answer.text);
    if (answer.option_groups?.length)
      return answer.option_groups.map((each) => ({ label: each.label?.text, options: each.options }));
    return [{ label: null, options: answer.options ?? [] }];
  }
}
