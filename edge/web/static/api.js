// How pages talk to the API: with the caller's key, which this browser forgets when the tab is closed.

const KEY = "shelfcount.key";
const TRIES = 3;
const by = (id) => document.getElementById(id);
export const words = JSON.parse(by("words").textContent);
const lang = document.documentElement.lang.slice(0, 2);

export class Refused extends Error {
  constructor(status, problem) {
    super([problem.detail, ...(problem.errors || []).map((one) => `${one.field}: ${one.message}`)].join(" "));
    this.status = status;
  }
}

export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

export function hasKey() {
  return Boolean(sessionStorage.getItem(KEY));
}

/** A new key for each action; http on a local network has no randomUUID. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Calls the API; a write whose answer was lost is sent again under the same key, so that it is done once. */
export async function call(method, path, { json, form } = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY) || ""}`, "Accept-Language": lang };
  if (method === "POST") headers["Idempotency-Key"] = newKey();
  if (json) headers["Content-Type"] = "application/json";
  for (let left = TRIES; ; left -= 1) {
    let answer;
    try {
      answer = await fetch(path, { method, headers, body: json ? JSON.stringify(json) : form });
    } catch {
      if (left > 1) continue;
      throw new Error(words.offline);
    }
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({ detail: `${answer.status}` }));
    throw new Refused(answer.status, problem);
  }
}

/** Does the work of a step: the button waits, and what goes wrong is said where it belongs; without a key that does, `ask` for one. */
export async function busy(step, button, ask, work) {
  const alert = by(`alert-${step}`);
  const label = button?.textContent;
  alert.hidden = true;
  if (button) Object.assign(button, { disabled: true });
  try {
    await work();
  } catch (error) {
    if (error.status === 401) ask();
    const place = error.status === 401 ? by("alert-key") : alert;
    place.textContent = error.message;
    place.hidden = false;
  } finally {
    if (button) Object.assign(button, { disabled: false, textContent: label });
  }
}
