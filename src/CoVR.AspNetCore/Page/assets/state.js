// A search as the page keeps it, and its form in the address: #text=at+night&weight=1.5&item=ID&kind=video. The part behind # is never sent to a server.
//
// A part is { text | item | upload | file, role, weight, span?: [from, to] }; role is wanted, kept or unwanted. A file is of this page until the server gave it a
// token, which is its upload. The bytes of uploads are in no address; files sent before are remembered here while the page is open.

import { text, weight } from "./texts.js";

export const roles = ["wanted", "kept", "unwanted"];
const kinds = ["text", "item", "upload"];
const uploads = new Map();

export const empty = () => ({ parts: [], filter: { kind: "", folder: "", from: "", to: "", tags: [] }, exclude: [], sort: "", relevant: true, collapse: true });

export function write(state) {
  const words = new URLSearchParams();
  for (const part of state.parts) {
    const kind = kinds.find(name => part[name] !== undefined);
    if (kind === undefined) {
      continue;
    }

    words.append(part.role === "wanted" ? kind : `${kind}-${part.role}`, part[kind]);
    if (part.weight !== 1) {
      words.append("weight", part.weight);
    }

    if (part.span) {
      words.append("span", part.span.join("-"));
    }
  }

  for (const name of ["kind", "folder", "from", "to"]) {
    if (state.filter[name]) {
      words.append(name, state.filter[name]);
    }
  }

  state.filter.tags.forEach(tag => words.append("tag", tag));
  state.exclude.forEach(id => words.append("hide", id));
  if (state.sort) {
    words.append("sort", state.sort);
  }

  if (!state.relevant) {
    words.append("all", "1");
  }

  if (!state.collapse) {
    words.append("unfolded", "1");
  }

  return words.toString();
}

// Whatever an address holds that is no search is left out.
export function read(hash) {
  const state = empty();
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    const [kind, role] = name.split("-");
    const last = state.parts.at(-1);
    if (kinds.includes(kind) && value.trim()) {
      state.parts.push({ [kind]: value, role: role === "unwanted" || role === "kept" ? role : "wanted", weight: 1 });
    } else if (name === "weight" && last && Number(value) >= 0) {
      last.weight = Number(value);
    } else if (name === "span" && last && /^[\d.]+-[\d.]+$/.test(value)) {
      last.span = value.split("-").map(Number);
    } else if (["kind", "folder", "from", "to"].includes(name)) {
      state.filter[name] = value;
    } else if (name === "tag") {
      state.filter.tags.push(value);
    } else if (name === "hide") {
      state.exclude.push(value);
    } else if (name === "sort" && ["relevance", "time", "name"].includes(value)) {
      state.sort = value;
    } else if (name === "all") {
      state.relevant = false;
    } else if (name === "unfolded") {
      state.collapse = false;
    }
  }

  return state;
}

// The request of a search, with the files that it sends.
export function request(state, offset, top) {
  const files = new Map();
  const parts = state.parts.map(part => {
    const kind = part.file ? "file" : kinds.find(name => part[name] !== undefined);
    const value = part.file ? `file${files.size}` : part[kind];
    if (part.file) {
      files.set(value, part.file);
    }

    return { [kind]: value, role: part.role, weight: part.weight, ...(part.span ? { from: part.span[0], to: part.span[1] } : {}) };
  });
  const { kind, folder, from, to, tags } = state.filter;
  const filter = { ...(kind && { kind }), ...(folder && { folder }), ...(from && { takenFrom: from }), ...(to && { takenTo: to }), ...(tags.length > 0 && { tags }) };
  const sort = order(state);
  // By time the server leaves out what is not relevant, unless a score says otherwise.
  const least = sort === "time" && parts.length > 0 && !state.relevant ? { minScore: -1e9 } : {};
  return { query: { parts, filter, exclude: state.exclude, offset, top, sort, collapse: state.collapse, ...least }, files };
}

export const orders = state => state.parts.length > 0 ? ["relevance", "time"] : ["time", "name"];
export const order = state => orders(state).includes(state.sort) ? state.sort : orders(state)[0];

// The server's answer names uploads by tokens: the next turn need not send them again.
export function keepUploads(state, answered) {
  state.parts.forEach((part, i) => {
    if (part.file && answered[i]?.upload) {
      uploads.set(answered[i].upload, part.file);
      part.upload = answered[i].upload;
      delete part.file;
    }
  });
}

// The server has forgotten uploads: send again what this page still has, drop the rest.
export function forgetUploads(state) {
  const parts = state.parts.map(part => part.upload === undefined ? part : { ...part, upload: undefined, file: uploads.get(part.upload) });
  return { ...state, parts: parts.filter(part => part.text !== undefined || part.item !== undefined || part.file) };
}

export const fileOf = part => part.file ?? uploads.get(part.upload);
export const nameOf = part => part.text ?? part.item?.split("/").at(-1) ?? fileOf(part)?.name ?? text("uploadName");

export function describe(state) {
  const parts = state.parts.map(part => (part.role === "unwanted" ? "− " : "") + nameOf(part) + (part.weight === 1 ? "" : ` ×${weight(part.weight)}`));
  return parts.join(", ") || text("everything");
}
