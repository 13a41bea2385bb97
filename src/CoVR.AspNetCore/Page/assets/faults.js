// What to do about a fault: mend the search where the page can, else say what is wrong.

import { item, Offline, Problem } from "./api.js";
import { find } from "./dom.js";
import { forgetUploads } from "./state.js";
import { has, text } from "./texts.js";

// The search without what cannot be searched by: uploads that the server forgot are sent again, the rest is dropped. The same state if that is not the fault.
export async function mend(error, state) {
  if (error.code === "upload.unknown") {
    return forgetUploads(state);
  }

  if (error.code === "item.unknown") {
    const known = await Promise.all(state.parts.map(part => part.item === undefined || item(part.item).then(() => true, fault => fault.code !== "item.unknown")));
    return { ...state, parts: state.parts.filter((_, i) => known[i]) };
  }

  return /^(upload|media)\./.test(error.code ?? "") ? { ...state, parts: state.parts.filter(part => !part.file) } : state;
}

// Whether the same request may succeed later.
export const passes = error => error instanceof Offline || Boolean(error.retryAfter);

export function complain(error) {
  const key = error instanceof Offline ? "offline" : `error.${error.code}`;
  find("problem").querySelector("p").textContent = has(key) ? text(key) : text("error.other", { reason: error.message });
  find("problem").hidden = false;
}

export const refuse = code => complain(new Problem(code));
