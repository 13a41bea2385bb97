// The grid of hits. Only tiles in sight and a few rows around them are in the document, however many hits there are; the tile with the focus stays.

import { find, icon, make, thumbnailOf } from "./dom.js";
import { clock, plural, text } from "./texts.js";

const spareRows = 3;
const gap = 10;

export class Grid {
  // on: { open(index), select(index, { range, toggle }), unfold(index), near(), drag(index) }
  constructor(on) {
    this.on = on;
    this.list = find("grid");
    this.hits = [];
    this.selected = new Set();
    this.active = 0;
    this.tiles = new Map();
    this.listen();
  }

  listen() {
    addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => this.soon()).observe(this.list);
    this.list.addEventListener("click", event => this.click(event));
    this.list.addEventListener("keydown", event => this.key(event));
    this.list.addEventListener("focusin", event => this.activate(this.indexOf(event.target)));
    this.list.addEventListener("dragstart", event => {
      const hit = this.hits[this.indexOf(event.target)];
      if (hit) {
        event.dataTransfer.setData("text/x-covr-item", hit.id);
      }
    });
  }

  show(hits, { isNew } = {}) {
    this.hits = hits;
    if (isNew) {
      this.clearTiles();
      this.active = 0;
    }

    this.render();
  }

  clearTiles() {
    this.tiles.forEach(tile => tile.remove());
    this.tiles.clear();
  }

  soon() {
    this.due ??= requestAnimationFrame(() => { this.due = null; this.render(); });
  }

  measure() {
    const width = this.list.clientWidth;
    this.columns = Math.max(3, Math.floor((width + gap) / ((width < 560 ? 108 : 180) + gap)));
    this.side = (width - (this.columns - 1) * gap) / this.columns;
    this.row = this.side + gap;
  }

  render() {
    this.measure();
    const rows = Math.ceil(this.hits.length / this.columns);
    this.list.style.height = `${Math.max(0, rows * this.row - gap)}px`;
    const top = -this.list.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / this.row) - spareRows) * this.columns;
    const last = Math.min(this.hits.length, (Math.ceil((top + innerHeight) / this.row) + spareRows) * this.columns);
    this.place(first, last);
    if (last >= this.hits.length - this.columns * spareRows) {
      this.on.near();
    }
  }

  // Tiles stand in the document in the order of hits.
  place(first, last) {
    const keepsActive = this.list.contains(document.activeElement);
    const wanted = index => (index >= first && index < last) || (keepsActive && index === this.active);
    for (const [index, tile] of this.tiles) {
      if (!wanted(index) || tile.hit !== this.hits[index]) {
        tile.remove();
        this.tiles.delete(index);
      }
    }

    const indices = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    if (keepsActive && this.active < this.hits.length && (this.active < first || this.active >= last)) {
      indices.push(this.active);
      indices.sort((one, other) => one - other);
    }

    let before = this.list.firstElementChild;
    for (const index of indices) {
      const tile = this.tiles.get(index) ?? this.tile(index);
      this.tiles.set(index, tile);
      if (tile === before) {
        before = before.nextElementSibling;
      } else {
        this.list.insertBefore(tile, before);
      }

      this.dress(tile, index);
    }
  }

  dress(tile, index) {
    const [column, row] = [index % this.columns, Math.floor(index / this.columns)];
    tile.style.width = tile.style.height = `${this.side}px`;
    tile.style.transform = `translate(${column * this.row}px, ${row * this.row}px)`;
    tile.setAttribute("aria-setsize", this.hits.length);
    tile.setAttribute("aria-posinset", index + 1);
    const isSelected = this.selected.has(tile.hit.id);
    tile.classList.toggle("selected", isSelected);
    tile.querySelector(".pick input").checked = isSelected;
    tile.querySelectorAll("button, input").forEach(control => { control.tabIndex = index === this.active ? 0 : -1; });
  }

  tile(index) {
    const hit = this.hits[index];
    const name = text(hit.kind === "video" ? "itemVideo" : "itemImage", { name: hit.name });
    const image = thumbnailOf(hit.moment ? `${hit.thumbnail}&at=${hit.moment.at}` : hit.thumbnail, { alt: name, onload: () => image.classList.add("there") }, () => image.closest(".shot")?.classList.add("broken"));
    image.draggable = false;
    const shot = make("button", { type: "button", class: "shot", title: hit.name }, image, make("span", { class: "name", "aria-hidden": "true" }, hit.name));
    if (hit.kind === "video") {
      shot.append(make("span", { class: "badge" }, icon("play"), hit.moment ? clock(hit.moment.at) : hit.duration ? clock(hit.duration) : ""));
    }

    const tile = make("li", { class: "tile", draggable: true }, shot, make("label", { class: "pick" }, make("input", { type: "checkbox", "aria-label": text("select", { name: hit.name }) }), icon("check")));
    if (hit.duplicates?.length > 0) {
      const label = hit.isUnfolded ? text("foldAgain") : plural("duplicates", hit.duplicates.length);
      tile.append(make("button", { type: "button", class: "stack", title: label, "aria-label": label, "aria-expanded": String(Boolean(hit.isUnfolded)) }, icon("stack"), hit.isUnfolded ? "−" : `+${hit.duplicates.length}`));
    }

    tile.classList.toggle("same", Boolean(hit.duplicateOf));
    tile.hit = hit;
    return tile;
  }

  indexOf(element) {
    const tile = element.closest?.(".tile");
    return tile ? [...this.tiles].find(([, other]) => other === tile)?.[0] ?? -1 : -1;
  }

  click(event) {
    const index = this.indexOf(event.target);
    if (index < 0) {
      return;
    }

    if (event.target.matches(".pick input")) {
      this.on.select(index, { range: event.shiftKey, toggle: true });
    } else if (event.target.closest(".stack")) {
      this.on.unfold(index);
    } else if (event.target.closest(".shot")) {
      if (event.shiftKey || event.ctrlKey || event.metaKey || (this.selected.size > 0 && event.pointerType === "touch")) {
        this.on.select(index, { range: event.shiftKey, toggle: true });
      } else {
        this.on.open(index);
      }
    }
  }

  key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns, Home: -this.hits.length, End: this.hits.length };
    if (event.key in steps) {
      const next = Math.min(this.hits.length - 1, Math.max(0, this.active + steps[event.key]));
      if (event.shiftKey) {
        this.on.select(this.active, { begin: true });
        this.on.select(next, { range: true });
      }

      this.focus(next);
    } else if (event.key === " " && event.target.matches(".shot")) {
      this.on.select(this.active, { toggle: true });
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      this.on.select(0, { all: true });
    } else {
      return;
    }

    event.preventDefault();
  }

  activate(index) {
    if (index >= 0 && index !== this.active) {
      this.active = index;
      this.render();
    }
  }

  focus(index) {
    this.active = index;
    const y = this.list.getBoundingClientRect().top + scrollY + Math.floor(index / this.columns) * this.row;
    const head = find("search").closest("header").offsetHeight + gap;
    if (y < scrollY + head) {
      scrollTo({ top: y - head });
    } else if (y + this.side > scrollY + innerHeight - gap) {
      scrollTo({ top: y + this.side - innerHeight + gap });
    }

    this.render();
    if (!this.tiles.has(index) && index < this.hits.length) {
      this.place(index, index + 1);
    }

    this.tiles.get(index)?.querySelector(".shot").focus({ preventScroll: true });
  }
}
