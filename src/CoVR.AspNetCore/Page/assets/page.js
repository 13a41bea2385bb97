// The search page: what is asked is in the address, what is answered in the grid.

import { facets, Offline } from "./api.js";
import { button, find } from "./dom.js";
import { complain, mend, passes, refuse } from "./faults.js";
import { Filters, isSet } from "./filters.js";
import { Grid } from "./grid.js";
import { prompt } from "./prompt.js";
import { QueryBox } from "./query.js";
import { Results } from "./results.js";
import { Selection } from "./selection.js";
import { describe, empty, read, write } from "./state.js";
import { Status } from "./status.js";
import { showOptions, showSummary } from "./summary.js";
import { text } from "./texts.js";
import { Turns } from "./turns.js";

const pause = 450;
const newsPause = 2000;
const mostRepairs = 2;
const longestWait = 30;

export class Page {
  constructor(own) {
    this.state = read(location.hash);
    this.results = new Results();
    this.repairs = 0;
    this.query = new QueryBox((edit, how) => this.change(edit, how), refuse);
    this.filters = new Filters(edit => this.change(edit));
    this.grid = new Grid({ open: index => this.open(index), select: (index, how) => this.selection.select(index, how), unfold: index => this.unfold(index), near: () => this.more() });
    this.selection = new Selection(this.grid, own, { addReferences: ids => this.query.addItems(ids), moreLike: ids => this.moreLike(ids), hide: ids => this.hide(ids), fault: complain, changed: () => this.loadFacets() });
    this.own = own;
    this.turns = new Turns(hash => { location.hash = hash; });
    this.listen();
    this.run();
    this.loadFacets();
    this.status = new Status({ items: items => this.news(items), ready: () => this.refresh(), connected: () => this.isWaiting && this.refresh() });
  }

  listen() {
    addEventListener("hashchange", () => this.follow());
    find("relevant").addEventListener("change", event => this.change(state => { state.relevant = event.target.checked; }));
    find("collapse").addEventListener("change", event => this.change(state => { state.collapse = event.target.checked; }));
    find("sort").addEventListener("change", event => this.change(state => { state.sort = event.target.value; }));
    find("problem").querySelector("button").addEventListener("click", () => this.refresh());
    find("news").addEventListener("click", () => { scrollTo({ top: 0 }); this.refresh(); });
    document.querySelector(".brand").addEventListener("click", event => { event.preventDefault(); this.change(null); find("words").focus(); });
    document.addEventListener("keydown", event => {
      if (event.key === "/" && !event.target.matches("input, textarea, select") && !document.querySelector("dialog:modal")) {
        event.preventDefault();
        find("words").focus();
      }
    });
  }

  // Edits a copy of the state and searches; without an edit all starts over.
  change(edit, { later } = {}) {
    const state = edit ? { ...structuredClone({ ...this.state, parts: [] }), parts: this.state.parts.map(part => ({ ...part })) } : empty();
    edit?.(state);
    this.state = state;
    clearTimeout(this.timer);
    if (later) {
      this.query.show(state);
      this.timer = setTimeout(() => this.run(), pause);
    } else {
      scrollTo({ top: 0 });
      this.run();
    }
  }

  // The reader went back or forward, or changed the address.
  follow() {
    if (location.hash.slice(1) !== this.written) {
      document.querySelectorAll("dialog[open]").forEach(dialog => dialog.close());
      this.state = read(location.hash);
      this.run({ follows: true });
    }
  }

  refresh() {
    this.run({ follows: true, keeps: true });
  }

  async run({ follows, keeps } = {}) {
    const state = this.state;
    clearTimeout(this.again);
    this.showAsked(state);
    find("grid").setAttribute("aria-busy", "true");
    const slow = setTimeout(() => { document.body.classList.add("searching"); find("count").textContent = text("searching"); }, 250);
    try {
      await this.results.start(state);
      this.repairs = 0;
      this.isWaiting = false;
      this.shownItems = this.status?.state?.items;
      find("problem").hidden = true;
      find("news").hidden = true;
      this.remember(state, follows);
      this.query.show(state);
      this.showAnswer(keeps);
    } catch (error) {
      if (error.name !== "AbortError") {
        await this.recover(error, state);
      }
    } finally {
      clearTimeout(slow);
      if (state === this.state) {
        document.body.classList.remove("searching");
        find("grid").removeAttribute("aria-busy");
      }
    }
  }

  // The address of the search; a link with it restores the search.
  remember(state, follows) {
    const hash = write(state);
    if (!follows && hash !== location.hash.slice(1)) {
      history.pushState(null, "", hash ? "#" + hash : location.pathname);
    }

    this.written = hash;
    if (state.parts.length > 0 || state.exclude.length > 0 || this.turns.list.length > 0) {
      this.turns.add(describe(state), hash);
    }

    document.title = state.parts.length > 0 ? `${describe(state)} – CoVR` : "CoVR";
  }

  showAsked(state) {
    this.query.show(state);
    this.filters.show(state.filter);
    showOptions(state);
  }

  showAnswer(keeps) {
    this.grid.show(this.results.hits, { isNew: true });
    if (!keeps) {
      this.selection.clear();
    }

    this.summarize();
  }

  summarize() {
    showSummary(this.results, this.state, this.status?.kind === "indexing", edit => this.change(edit));
  }

  async more() {
    try {
      if (await this.results.more()) {
        this.grid.show(this.results.hits);
        this.summarize();
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        complain(error);
      }
    }
  }

  // What the page can mend itself, it does, and says what it left out.
  async recover(error, state) {
    const mended = this.repairs++ < mostRepairs ? await mend(error, state) : state;
    if (mended.parts.length < state.parts.length || mended.parts.some(part => part.file && !state.parts.includes(part))) {
      this.state = mended;
      await this.run();
      return mended.parts.length < state.parts.length ? complain(error) : undefined;
    }

    this.repairs = 0;
    this.isWaiting = passes(error);
    if (error.retryAfter) {
      this.again = setTimeout(() => this.refresh(), 1000 * Math.min(longestWait, error.retryAfter));
    }

    find("count").textContent = "";
    complain(error);
  }

  // The large view is loaded when it is first needed.
  async open(index) {
    try {
      const { Viewer } = await import("./viewer.js");
      this.viewer ??= new Viewer(() => this.results.hits, {
        actions: (hit, viewer) => this.actions(hit, viewer),
        left: last => document.querySelector("dialog:modal") || this.grid.focus(last),
        near: next => next > this.results.hits.length - 20 && this.more(),
      });
      this.viewer.open(index);
    } catch {
      complain(new Offline());
    }
  }

  actions(hit, viewer) {
    const quiet = (name, act) => button(text(name), () => viewer.close(act), { class: "quiet" });
    return [
      quiet("useAsReference", () => this.query.addItems([hit.id])),
      quiet("moreLike", () => this.moreLike([hit.id])),
      viewer.video ? quiet("searchMoment", () => this.query.addItems([hit.id], viewer.span)) : null,
      quiet("hide", () => this.hide([hit.id])),
      this.own.canEdit ? quiet("tag", () => this.selection.askTags([hit])) : null,
      this.own.canOpenFolder ? button(text("openFolder"), () => this.selection.openFolder(hit), { class: "quiet" }) : null,
    ];
  }

  // A new search by these, changed by a text.
  moreLike(ids) {
    prompt(text("moreLikeTitle"), text("but"), text("search"), words => this.change(state => {
      state.parts = ids.map(item => ({ item, role: "wanted", weight: 1 }));
      if (words) {
        state.parts.push({ text: words, role: "wanted", weight: 1 });
      }
    }));
  }

  hide(ids) {
    this.change(state => { state.exclude = [...new Set([...state.exclude, ...ids])]; });
  }

  async unfold(index) {
    await this.results.unfold(this.results.hits[index]);
    this.grid.show(this.results.hits);
    this.grid.focus(index);
  }

  // The folder changed: at the top of a list it is shown at once, else when the reader asks.
  news(items) {
    this.shownItems ??= items;
    clearTimeout(this.newsTimer);
    this.newsTimer = setTimeout(() => {
      if (this.status.state.items === this.shownItems && (this.state.parts.length > 0 || isSet(this.state.filter) || this.results.answer?.candidates === items)) {
        return;
      }

      this.loadFacets();
      const isBusy = scrollY > 200 || this.grid.selected.size > 0 || document.querySelector("dialog:modal, :popover-open") || find("grid").contains(document.activeElement);
      if (this.state.parts.length === 0 && !isBusy) {
        this.refresh();
      } else {
        find("news").hidden = false;
      }
    }, newsPause);
  }

  async loadFacets() {
    this.filters.update(await facets().catch(() => this.filters.facets));
  }
}
