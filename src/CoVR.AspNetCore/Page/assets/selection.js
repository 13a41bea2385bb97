// Several hits at once: what is selected, and what can be done with it.

import { openFolder, setTags } from "./api.js";
import { button, download, find, say } from "./dom.js";
import { prompt } from "./prompt.js";
import { plural, text } from "./texts.js";

export class Selection {
  // on: { addReferences(ids), moreLike(ids), hide(ids), fault(error), changed() }
  constructor(grid, session, on) {
    this.grid = grid;
    this.session = session;
    this.on = on;
    this.anchor = 0;
    this.bar = find("bulk");
    find("clear-selection").addEventListener("click", () => this.clear());
    document.addEventListener("keydown", event => {
      if (event.key === "Escape" && grid.selected.size > 0 && !document.querySelector("dialog:modal, :popover-open")) {
        this.clear();
      }
    });
  }

  get hits() {
    return this.grid.hits.filter(hit => this.grid.selected.has(hit.id));
  }

  select(index, { range, toggle, all, begin }) {
    const { selected, hits } = this.grid;
    if (all) {
      hits.forEach(hit => selected.add(hit.id));
    } else if (begin) {
      this.anchor = selected.has(hits[index].id) ? this.anchor : index;
    } else if (range) {
      const [first, last] = [Math.min(this.anchor, index), Math.max(this.anchor, index)];
      hits.slice(first, last + 1).forEach(hit => selected.add(hit.id));
    } else if (toggle) {
      const { id } = hits[index];
      selected.has(id) ? selected.delete(id) : selected.add(id);
      this.anchor = index;
    }

    this.show();
  }

  clear() {
    this.grid.selected.clear();
    this.show();
  }

  show() {
    const { size } = this.grid.selected;
    this.bar.hidden = size === 0;
    document.body.classList.toggle("selecting", size > 0);
    this.bar.querySelector("output").textContent = plural("selected", size);
    if (size > 0 && !this.bar.querySelector(".actions button")) {
      this.bar.querySelector(".actions").replaceChildren(...this.actions());
    }

    this.grid.render();
  }

  actions() {
    const ids = () => this.hits.map(hit => hit.id);
    const quiet = (name, act) => button(text(name), act, { class: "quiet" });
    return [
      quiet("useAsReference", () => { const chosen = ids(); this.clear(); this.on.addReferences(chosen); }),
      quiet("moreLike", () => this.on.moreLike(ids())),
      quiet("hideThese", () => { const chosen = ids(); this.clear(); this.on.hide(chosen); }),
      quiet("exportList", () => this.exportList()),
      this.session.canEdit ? quiet("tag", () => this.askTags(this.hits)) : null,
      this.session.canOpenFolder ? quiet("openFolder", () => this.openFolder(this.hits[0])) : null,
    ].filter(action => action !== null);
  }

  exportList() {
    const columns = ["id", "kind", "taken", "score", "tags"];
    const rows = this.hits.map(hit => [hit.id, hit.kind, hit.taken, hit.score || "", (hit.tags ?? []).join(" ")].map(quote).join(","));
    download("covr-selection.csv", "text/csv", [columns.join(","), ...rows, ""].join("\r\n"));
    say(plural("exported", rows.length));
  }

  askTags(hits) {
    prompt(plural("tagTitle", hits.length), text("tagText"), text("apply"), words => this.tag(hits, words));
  }

  async tag(hits, words) {
    const changes = words.split(",").map(tag => tag.trim()).filter(tag => tag);
    const removed = changes.filter(tag => /^[-−]/.test(tag)).map(tag => tag.slice(1).trim());
    const added = changes.filter(tag => !/^[-−]/.test(tag));
    try {
      for (const hit of hits) {
        const answer = await setTags(hit.id, [...new Set([...(hit.tags ?? []), ...added])].filter(tag => !removed.includes(tag)));
        hit.tags = answer.tags;
      }

      say(plural("tagged", hits.length));
    } catch (error) {
      this.on.fault(error);
    }

    this.on.changed();
  }

  async openFolder(hit) {
    try {
      await openFolder(hit.id);
      say(text("folderOpened"));
    } catch (error) {
      this.on.fault(error);
    }
  }
}

// A field of the list; a name that a spreadsheet would take for a formula is text.
function quote(value) {
  const plain = String(value ?? "");
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(plain) ? "'" + plain : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
