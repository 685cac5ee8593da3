// A message or a view as a place to act: its values, its errors, and the way its clicks reach the app.

import { Values, isStateful } from "./values.js";
import { confirmed } from "./confirm.js";

/** One surface; it lives as long as the page, so that nothing typed is lost when a snapshot comes or a person changes. */
export class Surface {
  /** `desk` is the page's {post, upload, update, open}; `container` is Slack's {type, …} for the server. */
  constructor(id, container, desk) {
    this.id = id;
    this.container = container;
    this.desk = desk;
    this.values = new Values();
    this.errors = {}; // block_id → sentence
    this.notice = ""; // what went wrong with the last click, in words
    this.reader = null; // who looks at it: set at each drawing
  }

  /** Takes in the blocks that are about to be drawn. */
  adopt(blocks, saved, reader) {
    this.values.adopt(blocks, this.reader ? null : saved, reader.channel);
    this.reader = reader;
  }

  state(block, element) {
    return this.values.get(block.block_id, element.action_id);
  }

  /** Keeps a new value; an error under it goes away, as it has been seen. */
  keep(block, element, part) {
    this.values.set(block.block_id, element.action_id, { type: element.type, ...part });
    if (!this.errors[block.block_id]) return;
    delete this.errors[block.block_id];
    this.desk.update();
  }

  /**
   * Keeps a new value and, where the app hears of it at once (outside inputs, or dispatch_action), sends it.
   * `restore` shows the old value again when the person thinks better of it.
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

  /** Hands a file over to the workspace: {ok, file}. */
  upload(file) {
    return this.desk.upload(file);
  }

  /** Options for what was typed into an external select: [{label, options}]. */
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
