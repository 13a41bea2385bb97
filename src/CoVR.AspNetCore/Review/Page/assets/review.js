// What the reviewer does: one action at a time, and nothing is shown as decided before the server has kept it.

import * as api from "./api.js";
import { announce, byId, complain, describe, loadTexts, say, showAgreement, showItem, togglePlaying } from "./view.js";

let item = null;
let reviewer = "";
let isBusy = false;
let again = null;

// Runs an action; while it runs, others are ignored. A failed one can be tried again.
async function run(action) {
  if (isBusy) {
    return;
  }

  isBusy = true;
  try {
    await action();
    complain(null);
    again = null;
  } catch (error) {
    if (!(error instanceof api.Lost || error instanceof api.Refused)) {
      throw error;
    }

    again = action;
    complain(error instanceof api.Lost ? say("lost") : say("refused", { reason: error.message }));
  } finally {
    isBusy = false;
  }
}

async function show(position, ...news) {
  item = await api.item(position, reviewer);
  showItem(item, choose);
  announce(...news, byId("position").textContent + ".", describe(item.decision));
  prepare(position + 1);
}

// The pictures of the next item are fetched while this one is judged.
async function prepare(position) {
  if (position < item.progress.total) {
    const next = await api.item(position, reviewer).catch(() => null);
    [next?.reference, next?.target].filter(medium => medium?.kind === "image").forEach(medium => { new Image().src = medium.url; });
  }
}

function decide(isKept, text, isFlagged, isStaying) {
  run(async () => {
    const { next } = await api.decide({ item: item.id, reviewer, isKept, text, isFlagged });
    const position = isStaying ? item.position : next ?? item.position;
    await show(position, say("saved"), ...next === null ? [say("allDecided")] : []);
  });
}

const choose = text => decide(true, text, item.decision?.isFlagged === true, false);
const discard = () => decide(false, null, item.decision?.isFlagged === true, false);
const flag = () => decide(item.decision?.isKept ?? null, item.decision?.text ?? null, item.decision?.isFlagged !== true, true);

function useOwn() {
  const text = byId("own-text").value.trim();
  if (text === "") {
    announce(say("writeText"));
    byId("own-text").focus();
    return;
  }

  byId("own-text").blur();
  choose(text);
}

const undo = () => run(async () => {
  const { position, wasUndone } = await api.undo(reviewer);
  await show(position ?? item.position, say(wasUndone ? "undone" : "nothingToUndo"));
});

const move = step => run(async () => {
  const position = item.position + step;
  if (position < 0 || position >= item.progress.total) {
    announce(say(step < 0 ? "first" : "last"));
  } else {
    await show(position);
  }
});

const open = () => run(async () => {
  const { next } = await api.progress(reviewer);
  await show(next ?? item.position, ...next === null ? [say("allDecided")] : []);
});

const compare = () => run(async () => {
  showAgreement(await api.agreement());
  byId("agreement").showModal();
});

function editOwn() {
  const field = byId("own-text");
  field.value ||= item.decision?.text ?? item.texts[0];
  field.focus();
  field.select();
}

const start = () => run(async () => {
  const { title, reviewer: usual } = await api.session();
  byId("title").textContent = title;
  reviewer = new URLSearchParams(location.search).get("reviewer") ?? localStorage.getItem("covr-reviewer") ?? usual;
  byId("reviewer").value = reviewer;
  const { next } = await api.progress(reviewer);
  await show(next ?? 0, ...next === null ? [say("allDecided")] : []);
});

function rename() {
  const name = byId("reviewer").value.trim();
  if (name !== "" && name !== reviewer) {
    reviewer = name;
    localStorage.setItem("covr-reviewer", name);
    const address = new URL(location);
    address.searchParams.set("reviewer", name);
    history.replaceState(null, "", address);
    open();
  }

  byId("reviewer").value = reviewer;
}

const keys = {
  e: editOwn, d: discard, f: flag, u: undo, n: open, p: togglePlaying, a: compare,
  ArrowLeft: () => move(-1), ArrowRight: () => move(1), "?": () => byId("help").showModal(),
  1: () => chooseAt(0), 2: () => chooseAt(1), 3: () => chooseAt(2),
};

function chooseAt(at) {
  if (at < item.texts.length) {
    choose(item.texts[at]);
  }
}

document.addEventListener("keydown", event => {
  const isTyping = event.target.matches("input:not([type=checkbox])");
  if (event.key === "Escape" && isTyping) {
    event.target.blur();
  }

  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const isTaken = isTyping || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("video") && event.key.startsWith("Arrow");
  if (action && item && !isTaken && byId("use-keys").checked && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    action();
  }
});

for (const [id, action] of Object.entries({ discard, flag, undo, open, previous: () => move(-1), next: () => move(1), "show-agreement": compare, "show-help": keys["?"] })) {
  byId(id).addEventListener("click", action);
}

byId("retry").addEventListener("click", () => again ? run(again) : start());
byId("own").addEventListener("submit", event => { event.preventDefault(); useOwn(); });
byId("who").addEventListener("submit", event => { event.preventDefault(); rename(); });
byId("reviewer").addEventListener("change", rename);
byId("use-keys").checked = localStorage.getItem("covr-review-keys") !== "off";
byId("use-keys").addEventListener("change", event => localStorage.setItem("covr-review-keys", event.target.checked ? "on" : "off"));

await loadTexts();
await start();
