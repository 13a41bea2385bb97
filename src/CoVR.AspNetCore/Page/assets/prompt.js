// Asks for a line of text.

import { find } from "./dom.js";

// done(text) is called with what was written; not at all if the reader thinks better of it.
export function prompt(title, label, action, done) {
  const dialog = find("ask");
  find("ask-title").textContent = title;
  dialog.querySelector("label span").textContent = label;
  dialog.querySelector(".go").textContent = action;
  find("ask-text").value = "";
  dialog.querySelector(".quiet").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = () => done(find("ask-text").value.trim());
  dialog.showModal();
  find("ask-text").focus();
}
