// Kind, folder, time taken and tags; their counts are those of all items.

import { find, make } from "./dom.js";
import { count, day, text } from "./texts.js";

const kinds = ["", "image", "video"];
const labels = { "": "all", image: "images", video: "videos" };

export class Filters {
  constructor(change) {
    this.change = edit => change(state => edit(state.filter));
    this.facets = null;
    this.filter = null;
    find("folder").addEventListener("change", event => this.change(filter => { filter.folder = event.target.value; }));
    find("clear-filters").addEventListener("click", () => this.change(filter => Object.assign(filter, { kind: "", folder: "", from: "", to: "", tags: [] })));
    for (const id of ["taken-from", "taken-to"]) {
      find(id).addEventListener("input", event => this.slide(event.target));
      find(id).addEventListener("change", () => this.change(filter => Object.assign(filter, this.span())));
    }
  }

  update(facets) {
    this.facets = facets;
    this.draw();
  }

  show(filter) {
    this.filter = filter;
    this.draw();
  }

  draw() {
    if (this.facets && this.filter) {
      this.drawKinds();
      this.drawFolders();
      this.drawTaken();
      this.drawTags();
      find("clear-filters").hidden = !isSet(this.filter);
      find("show-filters").classList.toggle("on", isSet(this.filter));
    }
  }

  drawKinds() {
    const { image, video } = this.facets.kinds;
    const counts = { "": image + video, image, video };
    const box = find("kinds");
    const hadFocus = box.contains(document.activeElement);
    const choices = kinds.map(kind => make("label", { class: "choice" },
      make("input", { type: "radio", name: "kind", value: kind, checked: this.filter.kind === kind, onchange: () => this.change(filter => { filter.kind = kind; }) }),
      make("span", {}, text(labels[kind])), make("small", {}, count(counts[kind]))));
    box.replaceChildren(box.querySelector("legend"), ...choices);
    if (hadFocus) {
      box.querySelector("input:checked")?.focus();
    }
  }

  drawFolders() {
    const { folders } = this.facets;
    const options = folders.map(({ name, count: items }) => make("option", { value: name }, `${" ".repeat(3 * (name.split("/").length - 1))}${name.split("/").at(-1)} (${count(items)})`));
    if (this.filter.folder && !folders.some(folder => folder.name === this.filter.folder)) {
      options.push(make("option", { value: this.filter.folder }, this.filter.folder));
    }

    find("folder").replaceChildren(make("option", { value: "" }, text("allFolders")), ...options);
    find("folder").value = this.filter.folder;
    find("folder").closest("label").hidden = options.length === 0;
  }

  drawTaken() {
    const { taken } = this.facets;
    find("taken").hidden = !taken || taken.bins.length < 2 || taken.from === taken.to;
    if (find("taken").hidden) {
      return;
    }

    const { bins } = taken;
    const { from, to } = this.filter;
    const first = from ? Math.max(0, bins.findLastIndex(bin => timeOf(bin.from) <= timeOf(from))) : 0;
    const last = to ? Math.max(first, bins.findLastIndex(bin => timeOf(bin.from) < timeOf(to))) + 1 : bins.length;
    [["taken-from", first], ["taken-to", last]].forEach(([id, value]) => Object.assign(find(id), { min: 0, max: bins.length, step: 1, value }));
    this.drawBars(bins);
    this.slide();
  }

  drawBars(bins) {
    const most = Math.max(...bins.map(bin => bin.count));
    const width = 200 / bins.length;
    find("bars").replaceChildren(...bins.map((bin, i) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = bin.count === 0 ? 0 : 4 + 44 * bin.count / most;
      Object.entries({ x: i * width + 0.4, y: 48 - height, width: width - 0.8, height, rx: 1 }).forEach(([name, value]) => bar.setAttribute(name, value.toFixed(2)));
      return bar;
    }));
  }

  // The two ends never cross; what lies between is bright.
  slide(moved) {
    const [low, high] = [find("taken-from"), find("taken-to")];
    if (Number(low.value) >= Number(high.value)) {
      (moved === low ? low : high).value = moved === low ? Number(high.value) - 1 : Number(low.value) + 1;
    }

    const { bins } = this.facets.taken;
    const [first, last] = [Number(low.value), Number(high.value)];
    [...find("bars").children].forEach((bar, i) => bar.classList.toggle("in", i >= first && i < last));
    const range = text("takenRange", { from: day(bins[first].from), to: day(bins[last - 1].to) });
    find("taken-text").textContent = first === 0 && last === bins.length ? text("anyTime") : range;
    low.setAttribute("aria-valuetext", day(bins[Math.min(first, bins.length - 1)].from));
    high.setAttribute("aria-valuetext", day(bins[last - 1].to));
  }

  span() {
    const { bins } = this.facets.taken;
    const [first, last] = [Number(find("taken-from").value), Number(find("taken-to").value)];
    return { from: first === 0 ? "" : bins[first].from, to: last === bins.length ? "" : bins[last - 1].to };
  }

  drawTags() {
    const known = this.facets.tags.map(tag => tag.name);
    const names = [...this.filter.tags.filter(tag => !known.includes(tag)), ...known];
    const box = find("tags").querySelector(".tags");
    const focused = [...box.children].indexOf(document.activeElement);
    find("tags").hidden = names.length === 0;
    box.replaceChildren(...names.map(name => make("button", { type: "button", class: "tag", dir: "auto", "aria-pressed": String(this.filter.tags.includes(name)), onclick: () => this.change(filter => toggle(filter.tags, name)) }, name)));
    box.children[focused]?.focus();
  }
}

const timeOf = text => Date.parse(text);

export const isSet = filter => Boolean(filter.kind || filter.folder || filter.from || filter.to || filter.tags.length > 0);

function toggle(list, value) {
  const at = list.indexOf(value);
  list.splice(at < 0 ? list.length : at, at < 0 ? 0 : 1, ...(at < 0 ? [value] : []));
}
