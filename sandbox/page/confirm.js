// Confirmation dialog with the app's texts.

import { h, uniqueId } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Whether the person confirms Slack's confirm object; focus returns to `origin` afterwards. */
export function confirmed(confirm, reader, origin) {
  return new Promise((resolve) => {
    const title = uniqueId("confirm");
    const words = uniqueId("confirm");
    const dialog = h("dialog", {
      class: "confirm",
      role: "alertdialog",
      "aria-labelledby": title,
      "aria-describedby": words,
    });
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      if (origin?.isConnected) origin.focus();
      resolve(answer);
    };
    const yes = h(
      "button",
      { type: "button", class: `button ${confirm.style ?? "primary"}`, on: { click: () => finish(true) } },
      confirm.confirm?.text ?? "Yes",
    );
    const no = h(
      "button",
      { type: "button", class: "button", on: { click: () => finish(false) } },
      confirm.deny?.text ?? "Cancel",
    );
    dialog.append(
      h("h2", { id: title }, confirm.title?.text ?? "Are you sure?"),
      h("div", { id: words, class: "confirm-text" }, ...textObject(confirm.text, reader)),
      h("div", { class: "modal-buttons" }, no, yes),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
