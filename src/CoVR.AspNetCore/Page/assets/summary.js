// What is said above and below the grid: how many hits there are, why there are no more, and what to do next.

import { button, find, make } from "./dom.js";
import { isSet } from "./filters.js";
import { order, orders } from "./state.js";
import { count, plural, text } from "./texts.js";

const labels = { relevance: "byRelevance", time: "byTime", name: "byName" };

// The switches and the order as a state has them.
export function showOptions(state) {
  find("relevant").checked = state.relevant;
  find("collapse").checked = state.collapse;
  find("sort").replaceChildren(...orders(state).map(name => make("option", { value: name }, text(labels[name]))));
  find("sort").value = order(state);
  document.body.classList.toggle("browsing", state.parts.length === 0);
}

function found({ hits, answer, hasMore, isFar }, state) {
  const total = count(answer.candidates);
  if (state.parts.length === 0) {
    return plural("browse", answer.candidates, { total });
  }

  return isFar ? text("noneRelevant") : hasMore ? text("foundMore", { count: count(hits.length), total }) : plural("found", hits.length, { total });
}

// change edits the state and searches.
export function showSummary(results, state, isIndexing, change) {
  const { hits, answer, hasMore, hasRest } = results;
  const sentence = found(results, state);
  if (find("count").textContent !== sentence) {
    find("count").textContent = sentence;
  }

  find("relevant-label").hidden = state.parts.length === 0 || !results.hasCutoff;
  const quiet = (name, edit) => button(text(name), () => change(edit), { class: "quiet" });
  if (hasRest) {
    below("endRelevant", false, quiet("showRest", edited => { edited.relevant = false; }));
  } else if (hits.length > 0) {
    below(hasMore ? "more" : "", false);
  } else if (state.parts.length === 0 && !isSet(state.filter) && answer.candidates === 0) {
    below(isIndexing ? "stillIndexing" : "noItems", true);
  } else {
    below("noHits", true, ...(isSet(state.filter) ? [quiet("clearFilters", edited => { edited.filter = { kind: "", folder: "", from: "", to: "", tags: [] }; })] : []), quiet("startOver", null));
  }
}

function below(name, isEmpty, ...actions) {
  find("below").hidden = !name;
  find("below").classList.toggle("empty", isEmpty);
  find("below").querySelector("p").textContent = name && text(name);
  find("below").querySelector(".actions").replaceChildren(...actions);
}
