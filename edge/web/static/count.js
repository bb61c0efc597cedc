// One button: count what a camera sees now, and say what was seen, or why nothing was. All data comes from the API.

import { busy, call, hasKey, keepKey, words } from "./api.js";

const by = (id) => document.getElementById(id);
const ASK_EVERY_MS = 700;

function askForKey() {
  by("step-key").hidden = false;
  by("step-count").hidden = true;
}

async function begin() {
  await call("GET", "/v2/counts?limit=1"); // is it a key that may?
  const { camera } = await (await fetch("/api/health")).json();
  by("camera").replaceChildren(...(camera.names || []).map((name) => new Option(name, name)));
  by("step-key").hidden = true;
  by("step-count").hidden = false;
  by("count").disabled = !camera.names?.length;
  if (!camera.names?.length) throw new Error(words.noCamera);
}

by("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey(by("key").value.trim());
  busy("key", event.submitter, askForKey, begin);
});

by("count").addEventListener("click", () => busy("count", by("count"), askForKey, async () => {
  by("result").hidden = true;
  by("count").textContent = words.waiting;
  const { href } = await (await call("POST", "/v2/counts", { json: { camera: by("camera").value } })).json();
  for (;;) {
    const count = await (await call("GET", href)).json();
    if (count.state === "failed") throw new Error(count.failure.detail);
    if (count.state === "done") {
      show(count);
      return;
    }
    by("count").textContent = count.state === "running" ? words.counting : words.waiting;
    await new Promise((resolve) => { setTimeout(resolve, ASK_EVERY_MS); });
  }
}));

const range = ({ low, best, high }) => (low === high ? `${best}` : `${best} (${low}–${high})`);

/** What was seen, shelf by shelf; a look that saw nothing is never a table of zeros. */
function show(count) {
  const at = new Date(count.captured_at).toLocaleTimeString(document.documentElement.lang);
  const why = count.reasons.map((code) => words.reasons[code] || code).join(" · ");
  by("verdict").textContent = `${words[count.status]}${why ? `: ${why}` : ""}`;
  by("verdict").className = count.status === "counted" ? "done" : "alert";
  by("when").textContent = words.when.replace("{location}", count.location).replace("{time}", at);
  by("seen").replaceChildren(...count.shelves.flatMap((shelf) => {
    const facings = shelf.facings.map((one) => row(one.sku, range(one), "td"));
    if (shelf.unknown.high > 0) facings.push(row(words.unknown, range(shelf.unknown), "td"));
    return [row(`${words.shelf} ${shelf.shelf}`, "", "th"), ...facings];
  }));
  by("table").hidden = !count.shelves.length;
  by("result").hidden = false;
  by("result").scrollIntoView({ block: "nearest" });
}

function row(name, number, tag) {
  const made = document.createElement("tr");
  for (const text of tag === "th" ? [name] : [name, number]) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    if (tag === "th") Object.assign(cell, { colSpan: 2, scope: "colgroup" });
    made.append(cell);
  }
  return made;
}

if (hasKey()) busy("key", null, askForKey, begin);
