// What the page asks the server.

const base = "api/v1/";
let token = "";

// An answer that is a problem; code is what to match.
export class Problem extends Error {
  constructor(code, reason, retryAfter) {
    super(reason);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

// No answer at all.
export class Offline extends Error {}

async function ask(path, options = {}, isRepeated = false) {
  let answer;
  try {
    answer = await fetch(base + path, { ...options, headers: { ...options.headers, "X-CoVR-Token": token } });
  } catch (fault) {
    throw fault.name === "AbortError" ? fault : new Offline();
  }

  if (answer.ok) {
    return answer.status === 204 ? null : answer.json();
  }

  const problem = await answer.json().catch(() => ({}));
  // A server that was started again knows no token of the one before.
  if (problem.code === "session.required" && !isRepeated) {
    await session();
    return ask(path, options, true);
  }

  throw new Problem(problem.code ?? "other", problem.title ?? `${answer.status} ${answer.statusText}`, Number(answer.headers.get("Retry-After")) || null);
}

const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const path = id => `items/${encodeURIComponent(id)}`;

export async function session() {
  const answer = await ask("session");
  token = answer.token;
  return answer;
}

// files: by the names that the query's parts have for them.
export function search(query, files, signal) {
  if (files.size === 0) {
    return ask("search", { ...json("POST", query), signal });
  }

  const body = new FormData();
  body.append("query", JSON.stringify(query));
  files.forEach((file, name) => body.append(name, file, name));
  return ask("search", { method: "POST", body, signal });
}

export const item = id => ask(path(id));
export const setTags = (id, tags) => ask(path(id), json("PATCH", { tags }));
export const openFolder = id => ask(path(id) + "/open", { method: "POST" });
export const facets = () => ask("facets");
export const failures = (offset, top) => ask(`failures?offset=${offset}&top=${top}`);
export const thumbnail = (id, size, at) => `${base}${path(id)}/thumbnail?size=${size}${at === undefined ? "" : `&at=${at}`}`;
export const events = () => new EventSource(base + "index/events");
