// The turns of a search, to go back to. They last as long as the browser's tab.

import { find, make } from "./dom.js";

const key = "covr.turns";
const most = 30;

export class Turns {
  constructor(go) {
    this.go = go;
    try {
      this.list = JSON.parse(sessionStorage.getItem(key)) ?? [];
    } catch {
      this.list = []; // the browser keeps nothing, or something else
    }
  }

  // The turn of a state; one that says the same as the last takes its place.
  add(label, hash) {
    if (this.list.at(-1)?.label === label) {
      this.list.at(-1).hash = hash;
    } else {
      this.list = [...this.list.filter(turn => turn.label !== label), { label, hash }].slice(-most);
    }

    this.show(hash);
  }

  show(hash) {
    try {
      sessionStorage.setItem(key, JSON.stringify(this.list));
    } catch {
      // as above
    }

    const current = this.list.findLastIndex(turn => turn.hash === hash);
    find("turns").hidden = this.list.length < 2;
    const entries = this.list.map((turn, i) => make("li", {}, make("button", { type: "button", title: turn.label, dir: "auto", "aria-current": i === current ? "step" : null, onclick: () => this.go(turn.hash) }, turn.label)));
    const list = find("turns").querySelector("ol");
    list.replaceChildren(...entries);
    list.scrollLeft = (entries[current]?.offsetLeft ?? 0) - list.clientWidth / 2;
  }
}
