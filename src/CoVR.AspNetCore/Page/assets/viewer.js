// The large view: one hit at a time, with the moments of a clip as a strip that plays from there.

import { item, thumbnail } from "./api.js";
import { find, make, thumbnailOf, tool } from "./dom.js";
import { clock, count, moment as dateOf, size, text } from "./texts.js";

const mostMoments = 8;
const leastMoments = 3;
const isOnTop = () => history.state?.isView === true;

export class Viewer {
  // on: { actions(hit) → elements, left(index), near(index) }; hits() is the list as it is now.
  constructor(hits, on) {
    this.hits = hits;
    this.on = on;
    this.dialog = find("viewer");
    this.dialog.addEventListener("keydown", event => this.key(event));
    this.dialog.addEventListener("close", () => {
      this.dialog.replaceChildren();
      this.on.left(this.index);
      isOnTop() ? history.back() : this.leave();
    });
    this.dialog.addEventListener("click", event => {
      if (event.target.matches(".stage")) {
        this.close();
      }
    });
    addEventListener("popstate", () => this.dialog.open ? this.dialog.close() : this.leave());
    this.listenToSwipes();
  }

  listenToSwipes() {
    let from = null;
    this.dialog.addEventListener("touchstart", event => { from = event.touches.length === 1 && !event.target.closest("video, .strip") ? event.touches[0].clientX : null; }, { passive: true });
    this.dialog.addEventListener("touchend", event => {
      const way = from === null ? 0 : event.changedTouches[0].clientX - from;
      if (Math.abs(way) > 60) {
        this.go(way < 0 ? 1 : -1);
      }
    });
  }

  // The view is an entry of the history: "back" closes it.
  open(index) {
    this.index = index;
    this.draw();
    history.pushState({ isView: true }, "");
    this.dialog.showModal();
    this.stage.focus();
  }

  // Two seconds around where the clip stands, to search by.
  get span() {
    const end = Math.min(this.video.duration, this.video.currentTime + 1);
    return [Math.max(0, end - 2), end].map(time => Number(time.toFixed(2)));
  }

  // then: what is to happen on the page.
  close(then) {
    this.then = then;
    this.dialog.close();
  }

  leave() {
    const then = this.then;
    this.then = null;
    then?.();
  }

  go(step) {
    const next = this.index + step;
    if (next < 0 || next >= this.hits().length) {
      return;
    }

    this.index = next;
    this.draw();
    this.stage.focus();
    this.on.near(next);
  }

  key(event) {
    const isTyping = event.target.matches("input, textarea, select");
    const isPlayer = event.target.matches("video");
    if (event.key === " " && this.video && !isTyping && !event.target.matches("button, a, summary")) {
      event.preventDefault();
      this.video.paused ? this.play() : this.video.pause();
    } else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && !isTyping && !isPlayer) {
      event.preventDefault();
      this.go(event.key === "ArrowRight" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.stopPropagation(); // closes the view, not the selection too
    }
  }

  draw() {
    const hit = this.hits()[this.index];
    this.hit = hit;
    this.video = this.known = null;
    this.stage = make("div", { class: "stage", tabIndex: -1 }, hit.kind === "video" ? this.clip(hit) : this.picture(hit));
    const facts = make("dl", { class: "facts" });
    this.strip = make("ol", { class: "strip", "aria-label": text("moments") });
    this.strip.hidden = true;
    const last = this.hits().length - 1;
    this.dialog.replaceChildren(
      make("div", { class: "head" }, make("h2", { dir: "auto" }, hit.name), make("span", { class: "position" }, text("position", { rank: count(this.index + 1), count: count(last + 1) })), tool("close", text("close"), () => this.close())),
      make("div", { class: "show" },
        tool("left", text("previous"), () => this.go(-1), { disabled: this.index === 0 }),
        this.stage,
        tool("right", text("next"), () => this.go(1), { disabled: this.index === last })),
      this.strip,
      make("div", { class: "foot" }, make("div", { class: "actions" }, ...this.on.actions(hit, this), make("a", { class: "quiet", href: hit.media, download: hit.name }, text("download"))), facts));
    this.describe(hit, facts);
  }

  picture(hit) {
    const image = make("img", { src: hit.media, alt: text("itemImage", { name: hit.name }) });
    image.onerror = () => this.fallBack(image, hit, "cannotShow");
    return image;
  }

  clip(hit) {
    const start = hit.moment ? `#t=${hit.moment.from}` : "";
    this.video = make("video", { src: hit.media + start, controls: true, playsInline: true, loop: true, preload: "metadata", poster: thumbnail(hit.id, 640, hit.moment?.at), "aria-label": text("itemVideo", { name: hit.name }) });
    this.video.onerror = () => {
      this.fallBack(this.video, hit, "cannotPlay");
      this.video = null;
      this.showMoments(hit, this.known?.duration);
    };
    this.video.ontimeupdate = () => this.mark();
    this.video.onloadedmetadata = () => this.showMoments(hit, this.video.duration);
    return this.video;
  }

  // The original cannot be shown: its preview, and if there is none either, what that means.
  fallBack(element, hit, why) {
    if (!element.isConnected) {
      return;
    }

    const note = make("p", { class: "note" }, text(why));
    const preview = thumbnailOf(thumbnail(hit.id, 640), { alt: text("itemImage", { name: hit.name }) }, failed => { failed.remove(); note.textContent = text("notThere"); });
    element.replaceWith(preview, note);
  }

  async describe(hit, facts) {
    const known = await item(hit.id).catch(() => hit);
    if (hit !== this.hit) {
      return;
    }

    this.known = known;

    const rows = {
      factFolder: known.folder, factTaken: known.taken && dateOf(known.taken), factModified: known.modified && dateOf(known.modified), factSize: known.bytes && size(known.bytes),
      factCamera: known.camera, factLength: known.duration && clock(Math.ceil(known.duration)), factTags: known.tags?.join(", "), factScore: hit.score ? hit.score.toFixed(3) : "",
    };
    facts.replaceChildren(...Object.entries(rows).filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", {}, text(name)), make("dd", { dir: "auto" }, value))));
    if (hit.kind === "video" && !this.video) {
      this.showMoments(hit, known.duration);
    }
  }

  showMoments(hit, duration) {
    if (!Number.isFinite(duration) || !this.strip.hidden || hit !== this.hit) {
      return;
    }

    const moments = Math.min(mostMoments, Math.max(leastMoments, Math.floor(duration)));
    const times = Array.from({ length: moments }, (_, i) => duration * (i + 0.5) / moments);
    const best = hit.moment ? times.reduce((one, other) => Math.abs(other - hit.moment.at) < Math.abs(one - hit.moment.at) ? other : one) : null;
    this.strip.hidden = false;
    this.strip.replaceChildren(...times.map(time => {
      const at = time === best ? hit.moment.at : time;
      const image = thumbnailOf(thumbnail(hit.id, 160, at.toFixed(2)), { alt: "" }, failed => failed.remove());
      const start = make("button", { type: "button", title: text(time === best ? "bestMoment" : "playFrom", { time: clock(at) }), onclick: () => this.play(at) }, image, make("span", {}, clock(at)));
      start.setAttribute("aria-label", start.title);
      start.dataset.at = at;
      return make("li", { class: time === best ? "best" : "" }, start);
    }));
  }

  play(from) {
    if (!this.video) {
      return;
    }

    if (from !== undefined) {
      this.video.currentTime = from;
    }

    this.video.play().catch(() => { }); // refused or replaced: the controls are there
  }

  mark() {
    const starts = [...this.strip.querySelectorAll("button")];
    const now = starts.findLast(start => Number(start.dataset.at) <= this.video.currentTime + 0.05);
    starts.forEach(start => start.toggleAttribute("data-now", start === now));
  }
}
