// The hits of a search: read page by page, cut where they stop being relevant, near-duplicates folded or opened.

import { item, search } from "./api.js";
import { keepUploads, order, request } from "./state.js";

const firstPage = 120;
const laterPage = 400;

export class Results {
  constructor() {
    this.all = [];
    this.stop = null;
  }

  // Starts a search; the last one wins.
  async start(state) {
    this.stop?.abort();
    const stop = this.stop = new AbortController();
    const answer = await this.read(state, 0, firstPage, stop.signal);
    keepUploads(state, answer.query.parts);
    [this.state, this.answer, this.all, this.next, this.loading] = [state, answer, answer.hits, firstPage, null];
  }

  get hasCutoff() {
    return Number.isFinite(this.answer.cutoff ?? NaN);
  }

  // The first hit that is not relevant; none where the reader wants all, or the order is another.
  get end() {
    const isCut = this.state.relevant && this.state.parts.length > 0 && order(this.state) === "relevance" && this.hasCutoff;
    return isCut ? this.all.findIndex(hit => !hit.duplicateOf && hit.score < this.answer.cutoff) : -1;
  }

  // Nothing is relevant: what comes closest is shown all the same.
  get isFar() {
    return this.end === 0;
  }

  // What is shown. An opened duplicate stays with the hit that it was folded into.
  get hits() {
    return this.end > 0 ? this.all.slice(0, this.end) : this.all;
  }

  get hasRest() {
    return this.hits.length < this.all.length;
  }

  get hasMore() {
    return this.answer?.more && !this.hasRest;
  }

  // Reads the next page; false if there is none or it is being read.
  async more() {
    if (!this.hasMore || this.loading) {
      return false;
    }

    const { state, stop } = this;
    this.loading = this.read(state, this.next, laterPage, stop.signal);
    try {
      const answer = await this.loading;
      const known = new Set(this.all.map(hit => hit.id));
      this.all = [...this.all, ...answer.hits.filter(hit => !known.has(hit.id))];
      this.answer = { ...this.answer, more: answer.more };
      this.next += laterPage;
      return true;
    } finally {
      if (this.stop === stop) {
        this.loading = null;
      }
    }
  }

  read(state, offset, top, signal) {
    const { query, files } = request(state, offset, top);
    return search(query, files, signal);
  }

  // Opens the near-duplicates of a hit behind it, or folds them again.
  async unfold(hit) {
    const at = this.all.indexOf(hit);
    if (hit.isUnfolded) {
      this.all = this.all.filter(other => other.duplicateOf !== hit.id).with(at, { ...hit, isUnfolded: false });
      return;
    }

    const others = await Promise.all(hit.duplicates.map(id => item(id).catch(() => null)));
    const found = others.filter(other => other !== null).map(other => ({ ...other, duplicates: [], duplicateOf: hit.id }));
    this.all = this.all.toSpliced(at, 1, { ...hit, isUnfolded: true }, ...found);
  }
}
