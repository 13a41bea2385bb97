// The search box and what is searched for: chips of wishes and references, each with a role and a weight.

import { thumbnail } from "./api.js";
import { find, icon, make, say, thumbnailOf } from "./dom.js";
import { fileOf, nameOf, roles } from "./state.js";
import { plural, text, weight } from "./texts.js";

const lightest = 0.25;
const heaviest = 3;
const previews = new WeakMap();

function previewOf(file) {
  if (!previews.has(file)) {
    previews.set(file, URL.createObjectURL(file));
  }

  return previews.get(file);
}

function picture(part) {
  const file = fileOf(part);
  if (part.item === undefined && !file) {
    return icon("picture");
  }

  if (file?.type.startsWith("video/")) {
    return make("video", { src: previewOf(file), muted: true, preload: "metadata", "aria-hidden": "true" });
  }

  return thumbnailOf(file ? previewOf(file) : thumbnail(part.item, 160, part.span?.[0]), { alt: "" }, image => image.replaceWith(icon("picture")));
}

// change(edit, { later }) edits the state's copy and searches; later: after a moment, as more keys may follow.
export class QueryBox {
  constructor(change, refuse) {
    this.change = change;
    this.refuse = refuse;
    this.words = find("words");
    this.chips = find("chips");
    this.listen();
  }

  listen() {
    find("search").addEventListener("submit", event => { event.preventDefault(); this.addWords(); });
    for (const id of ["pick", "photograph"]) {
      find(id).addEventListener("change", event => { this.addFiles(event.target.files); event.target.value = ""; });
    }

    document.addEventListener("paste", event => {
      if (event.clipboardData.files.length > 0) {
        event.preventDefault();
        this.addFiles(event.clipboardData.files);
      }
    });
    this.words.addEventListener("keydown", event => {
      if (event.key === "Backspace" && this.words.value === "") {
        this.chips.querySelector("li:last-of-type .part")?.focus();
      }
    });
    this.listenToDrops();
  }

  listenToDrops() {
    const brings = event => [...event.dataTransfer.types].some(type => type === "Files" || type === "text/x-covr-item");
    document.addEventListener("dragover", event => {
      if (brings(event)) {
        event.preventDefault();
        find("drop").hidden = false;
      }
    });
    document.addEventListener("dragleave", event => { find("drop").hidden = event.relatedTarget === null || find("drop").hidden; });
    document.addEventListener("dragend", () => { find("drop").hidden = true; });
    document.addEventListener("drop", event => {
      find("drop").hidden = true;
      if (brings(event)) {
        event.preventDefault();
        const id = event.dataTransfer.getData("text/x-covr-item");
        return id ? this.addItems([id]) : this.addFiles(event.dataTransfer.files);
      }
    });
  }

  addWords() {
    const value = this.words.value.trim();
    this.words.value = "";
    const isUnwanted = /^[-−–]\s*\S/.test(value);
    const words = isUnwanted ? value.replace(/^[-−–]\s*/, "") : value;
    this.change(state => {
      if (words) {
        state.parts.push({ text: words, role: isUnwanted ? "unwanted" : "wanted", weight: 1 });
      }
    });
  }

  addFiles(files) {
    const media = [...files].filter(file => /^(image|video)\//.test(file.type));
    if (media.length < files.length) {
      this.refuse("upload.unsupported");
    }

    if (media.length > 0) {
      this.change(state => state.parts.push(...media.map(file => ({ file, role: "wanted", weight: 1 }))));
    }
  }

  addItems(ids, span) {
    this.change(state => {
      const known = new Set(state.parts.map(part => part.item));
      state.parts.push(...ids.filter(id => !known.has(id)).map(item => ({ item, role: "wanted", weight: 1, ...(span && { span }) })));
    });
    say(text("referenceAdded"));
  }

  show(state) {
    const focused = [...this.chips.children].findIndex(chip => chip.contains(document.activeElement));
    const opened = this.chips.querySelector(":popover-open");
    const openedAt = opened ? [...this.chips.children].indexOf(opened.closest("li")) : -1;
    const range = opened?.contains(document.activeElement) ? document.activeElement.type : null;
    const chips = state.parts.map((part, i) => this.chip(part, i));
    if (state.exclude.length > 0) {
      chips.push(this.plain(plural("hidden", state.exclude.length), text("showHidden"), edited => { edited.exclude = []; }));
    }

    if (chips.length > 0) {
      chips.push(make("li", {}, make("button", { type: "button", class: "quiet", id: "start-over", onclick: () => this.change(null) }, text("clear"))));
    }

    this.chips.replaceChildren(...chips);
    this.words.placeholder = text(state.parts.length > 0 ? "refineHint" : "searchHint");
    this.restore(focused, openedAt, range);
  }

  // The same chip keeps the focus and its open adjustment when the list is made anew.
  restore(focused, openedAt, type) {
    const chip = focused < 0 ? null : this.chips.children[Math.min(focused, this.chips.children.length - 1)];
    if (openedAt >= 0 && this.chips.children[openedAt]?.querySelector(".part")) {
      this.open(this.chips.children[openedAt]);
    }

    if (focused >= 0) {
      (type && chip?.querySelector(type === "radio" ? "input:checked" : "input[type=range]") || chip?.querySelector("button") || this.words).focus();
    }
  }

  open(chip) {
    const [part, adjust] = [chip.querySelector(".part"), chip.querySelector(".adjust")];
    const place = part.getBoundingClientRect();
    adjust.showPopover();
    adjust.style.left = `${Math.max(8, Math.min(place.left, innerWidth - adjust.offsetWidth - 8))}px`;
    adjust.style.top = `${place.bottom + 6}px`;
  }

  plain(label, title, edit) {
    return make("li", { class: "chip plain" }, make("span", {}, label), this.cross(title, edit));
  }

  cross(label, edit) {
    return make("button", { type: "button", class: "x", title: label, "aria-label": label, onclick: () => this.change(edit) }, icon("close"));
  }

  chip(part, i) {
    const name = nameOf(part);
    const shown = make("button", { type: "button", class: "part", "aria-describedby": "chip-keys", title: name, onclick: () => this.open(chip), onkeydown: event => this.key(event, i) },
      part.text === undefined ? picture(part) : null,
      make("span", { class: "sign", "aria-hidden": "true" }, { wanted: "", kept: "=", unwanted: "−" }[part.role]),
      part.role === "wanted" ? null : make("span", { class: "out" }, text(part.role)),
      make("span", { class: "name", dir: "auto" }, name),
      part.weight === 1 ? null : make("b", {}, "×" + weight(part.weight)));
    const chip = make("li", { class: `chip ${part.role}` }, shown, this.cross(text("removePart", { name }), state => state.parts.splice(i, 1)), this.adjust(part, i));
    return chip;
  }

  key(event, i) {
    const steps = { ArrowUp: 0.25, ArrowDown: -0.25 };
    if (event.key in steps) {
      this.change(state => { state.parts[i].weight = Math.min(heaviest, Math.max(lightest, state.parts[i].weight + steps[event.key])); }, { later: true });
    } else if (event.key === "-" || event.key === "−") {
      this.change(state => { state.parts[i].role = state.parts[i].role === "unwanted" ? "wanted" : "unwanted"; });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.change(state => state.parts.splice(i, 1));
    } else {
      return;
    }

    event.preventDefault();
  }

  adjust(part, i) {
    const choices = roles.map(role => make("label", {}, make("input", { type: "radio", name: `role${i}`, checked: part.role === role, onchange: () => this.change(state => { state.parts[i].role = role; }) }), text(role)));
    const value = make("output", {}, weight(part.weight));
    const slider = make("input", {
      type: "range", min: lightest, max: heaviest, step: 0.25, value: part.weight,
      oninput: event => { value.textContent = weight(event.target.value); },
      onchange: event => this.change(state => { state.parts[i].weight = Number(event.target.value); }, { later: true }),
    });
    return make("div", { class: "adjust", popover: "auto" }, make("fieldset", {}, make("legend", { class: "out" }, text("role")), ...choices), make("label", { class: "weigh" }, make("span", {}, text("weight")), slider, value));
  }
}
