// The state of the index, as the server tells whenever it changes, and the files that could not be read.

import { events, failures } from "./api.js";
import { button, find, make } from "./dom.js";
import { count, plural, text } from "./texts.js";

const page = 50;
const retry = 3000;

export class Status {
  // on: { items(number), ready(), connected() }
  constructor(on) {
    this.on = on;
    this.state = null;
    this.isOffline = false;
    this.dialog = find("index");
    find("state").addEventListener("click", () => this.open());
    this.connect();
  }

  connect() {
    this.source?.close();
    this.source = events();
    this.source.onmessage = message => this.take(JSON.parse(message.data));
    this.source.onerror = () => {
      this.isOffline = true;
      this.draw();
      if (this.source.readyState === EventSource.CLOSED) {
        setTimeout(() => this.connect(), retry); // a browser itself tries again only after a lost connection
      }
    };
  }

  take(state) {
    const [last, wasOffline] = [this.state, this.isOffline];
    this.state = state;
    this.isOffline = false;
    this.draw();
    if (wasOffline) {
      this.on.connected();
    }

    if (last && isLoaded(state) && !isLoaded(last)) {
      this.on.ready();
    } else if (!last || last.items !== state.items) {
      this.on.items(state.items);
    }
  }

  get kind() {
    return this.isOffline ? "offline" : this.state?.state ?? "loading";
  }

  values() {
    const { items, total, done, failed } = this.state ?? { items: 0, total: 0, done: 0, failed: 0 };
    return { items: count(items), total: count(total), done: count(done), failed: count(failed) };
  }

  draw() {
    const pill = find("state");
    pill.dataset.state = this.kind;
    const name = this.kind === "ready" && this.state.failed > 0 ? "faulty" : this.kind;
    pill.querySelector("span").textContent = text("state" + name[0].toUpperCase() + name.slice(1), this.values());
    pill.title = text("stateTitle");
    if (this.dialog.open) {
      this.drawBody();
    }
  }

  open() {
    this.failed = null;
    this.drawBody();
    this.dialog.showModal();
    this.loadFailures();
  }

  drawBody() {
    const key = { offline: "indexOffline", loading: "indexLoading", indexing: "indexRunning", ready: "indexReady", failed: "indexFailed" }[this.kind];
    const bar = this.kind === "indexing" && this.state.total > 0 ? make("progress", { value: this.state.done, max: this.state.total, "aria-label": text("indexTitle") }) : null;
    const model = this.state?.model?.name ? make("p", { class: "soft" }, text("model", { name: this.state.model.name })) : null;
    const rows = (this.failed ?? []).map(failure => make("li", {}, make("b", { dir: "auto" }, failure.name), make("span", {}, failure.reason)));
    const number = Math.max(this.state?.failed ?? 0, rows.length);
    const focused = document.activeElement?.id === "more-failures";
    find("index-body").replaceChildren(...[
      make("p", {}, text(key, this.values())), bar, model,
      this.failed === null ? null : make("h3", {}, rows.length > 0 ? text("failures", { count: count(number) }) : text("noFailures")),
      rows.length > 0 ? make("ul", { class: "failed" }, ...rows) : null,
      this.hasMore ? button(text("showMore"), () => this.loadFailures(), { class: "quiet", id: "more-failures" }) : null,
    ].filter(element => element !== null));
    if (focused) {
      (find("more-failures") ?? this.dialog.querySelector("button")).focus();
    }
  }

  async loadFailures() {
    try {
      const more = await failures(this.failed?.length ?? 0, page);
      this.failed = [...(this.failed ?? []), ...more];
      this.hasMore = more.length === page;
    } catch {
      this.failed ??= []; // the state above says why
    }

    this.drawBody();
  }
}

const isLoaded = state => state.state === "ready" || state.state === "indexing";
