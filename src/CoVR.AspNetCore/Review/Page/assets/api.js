// What the page asks the server. A change counts once its promise is kept: the server has written it to the disk by then.

const base = "api/v1/review/";
let token = "";

export class Refused extends Error {}
export class Lost extends Error {}

async function ask(path, body, isRepeated = false) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CoVR-Token": token },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(base + path, options);
  } catch {
    throw new Lost();
  }

  if (response.ok) {
    return response.json();
  }

  const problem = await response.json().catch(() => ({}));
  // A server that was started again knows no token of the one before.
  if (problem.code === "session.required" && !isRepeated) {
    await session();
    return ask(path, body, true);
  }

  throw new Refused(problem.title ?? response.statusText);
}

export async function session() {
  const answer = await ask("session");
  token = answer.token;
  return answer;
}

export const item = (position, reviewer) => ask(`items/${position}?reviewer=${encodeURIComponent(reviewer)}`);
export const progress = reviewer => ask(`progress?reviewer=${encodeURIComponent(reviewer)}`);
export const decide = decision => ask("decisions", decision);
export const undo = reviewer => ask("undo", { reviewer });
export const agreement = () => ask("agreement");
