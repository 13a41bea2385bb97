// Everything that is drawn. Texts come from en.json.

let texts = {};
export const byId = id => document.getElementById(id);

export async function loadTexts() {
  texts = await (await fetch(new URL("en.json", import.meta.url))).json();
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = texts[element.dataset.text];
  }

  const keys = [["1 2 3", "key1"], ["E", "keyE"], ["D", "keyD"], ["F", "keyF"], ["U", "keyU"], ["← →", "keyArrows"], ["N", "keyN"], ["P", "keyP"], ["A", "keyA"], ["?", "keyHelp"]];
  byId("keys").replaceChildren(...keys.flatMap(([key, text]) => [withChild("dt", make("kbd", key)), make("dd", texts[text])]));
}

export const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function make(tag, text, attributes = {}) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.textContent = text;
  return element;
}

function withChild(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

export function announce(...parts) {
  byId("status").textContent = parts.join(" ");
}

export function complain(text) {
  byId("problem-text").textContent = text ?? "";
  byId("problem").hidden = !text;
}

export function showProgress(progress) {
  const decided = progress.kept + progress.discarded;
  Object.assign(byId("progress"), { max: progress.total, value: decided });
  byId("counts").textContent = say("counts", { ...progress, decided });
}

// Draws an item; choose is called with the text of a button.
export function showItem(item, choose) {
  byId("main").hidden = false;
  byId("position").textContent = say("position", { number: item.position + 1, total: item.progress.total });
  document.title = `${item.position + 1}/${item.progress.total} ${byId("title").textContent}`;
  for (const side of ["reference", "target"]) {
    showMedium(byId(side), item[side], texts[side]);
    byId(`${side}-caption`).textContent = item[side].caption ?? "";
  }

  byId("texts").replaceChildren(...item.texts.map((text, at) => {
    const button = withChild("button", make("kbd", at + 1), " ", make("span", text, { dir: "auto" }));
    button.type = "button";
    button.setAttribute("aria-keyshortcuts", at + 1);
    button.setAttribute("aria-pressed", isChosen(item.decision, text));
    button.addEventListener("click", () => choose(text));
    return withChild("li", button);
  }));
  showDecision(item);
  showProgress(item.progress);
}

function isChosen(decision, text) {
  return decision?.isKept === true && decision.text === text;
}

function showDecision({ decision, texts: candidates }) {
  const own = decision?.isKept === true && !candidates.includes(decision.text) ? decision.text : "";
  byId("own-text").value = own;
  byId("own").classList.toggle("is-chosen", own !== "");
  byId("flag").setAttribute("aria-pressed", decision?.isFlagged === true);
  byId("discard").setAttribute("aria-pressed", decision?.isKept === false);
  byId("decision").textContent = describe(decision);
}

export function describe(decision) {
  const verdict = decision?.isKept === true ? say("isKept", decision) : decision?.isKept === false ? say("isDiscarded") : say("undecided");
  return decision?.isFlagged ? `${verdict} ${say("isFlagged")}` : verdict;
}

// The same element stays while its file does: a video plays on when only the decision changes.
function showMedium(frame, medium, side) {
  if (frame.dataset.url === medium.url) {
    return;
  }

  frame.dataset.url = medium.url;
  const name = say(medium.kind === "video" ? "videoOf" : "pictureOf", { side, caption: medium.caption ?? texts.noCaption });
  if (medium.kind === "unknown") {
    frame.replaceChildren(make("p", texts.notShown));
    return;
  }

  const element = medium.kind === "video"
    ? Object.assign(document.createElement("video"), { controls: true, loop: true, muted: true, playsInline: true, autoplay: !matchMedia("(prefers-reduced-motion: reduce)").matches, ariaLabel: name })
    : Object.assign(document.createElement("img"), { alt: name, decoding: "async" });
  element.addEventListener("error", () => frame.replaceChildren(make("p", texts.notShown)));
  element.src = medium.url;
  frame.replaceChildren(element);
}

export function togglePlaying() {
  const videos = [...document.querySelectorAll(".frame video")];
  const isPaused = videos.some(video => video.paused);
  videos.forEach(video => isPaused ? video.play() : video.pause());
}

export function showAgreement({ reviewers, comparisons }) {
  const people = table(
    [texts.reviewer, texts.kept, texts.discarded, texts.flagged, texts.left],
    reviewers.map(one => [one.reviewer, one.kept, one.discarded, one.flagged, one.total - one.kept - one.discarded]));
  const pairs = table(
    [texts.reviewers, texts.question, texts.alike, texts.kappaName],
    comparisons.map(pair => [`${pair.reviewerA} · ${pair.reviewerB}`, texts[pair.question], `${pair.agreed} / ${pair.compared}`, pair.kappa === null ? "–" : pair.kappa.toFixed(2)]));
  byId("agreement-tables").replaceChildren(
    ...reviewers.length === 0 ? [make("p", texts.noReviewers)] : [people, comparisons.length === 0 ? make("p", texts.oneReviewer) : pairs]);
}

function table(head, rows) {
  const header = withChild("thead", withChild("tr", ...head.map(text => make("th", text, { scope: "col" }))));
  const body = withChild("tbody", ...rows.map(row => withChild("tr", ...row.map((value, at) => at === 0 ? make("th", value, { scope: "row" }) : make("td", value)))));
  return withChild("table", header, body);
}
