// The survey of a bay, step by step: key, picture, corners, shelves, save. All data comes from the API with the caller's key.

import { busy as attempt, call, hasKey, keepKey, words } from "./api.js";
import { CornerStage, FrontStage } from "./survey_views.js";

const by = (id) => document.getElementById(id);
const STEPS = ["key", "picture", "corners", "shelves", "save"];
const SHELF_FIELDS = ["name", "top_mm", "bottom_mm"];
const SLOT_FIELDS = ["shelf", "left_mm", "right_mm", "facings", "sku"];
const SLOT_WORDS = { shelf: "shelf", left_mm: "left", right_mm: "right", facings: "facings", sku: "sku" };

const state = { start: null, draft: null, shelves: [], slots: [], photo: null };
const corners = new CornerStage(by("stage"), words.corners, () => { // other corners, other shelves
  by("same-shelf").hidden = true;
  show("corners");
});
const front = new FrontStage(by("front"), words.board, moveBoard);

const busy = (step, button, work) => attempt(step, button, () => show("key"), work);

/** Shows the steps up to `step`. */
function show(step) {
  STEPS.forEach((each, number) => { by(`step-${each}`).hidden = number > STEPS.indexOf(step) || (each === "key" && step !== "key"); });
}

/** What is known of a camera's place, or of the settings' for a picture that was sent. */
async function start(camera) {
  state.start = await (await call("GET", `/v2/surveys${camera ? `?${new URLSearchParams({ camera })}` : ""}`)).json();
  by("file").textContent = state.start.file;
}

async function begin() {
  await start(null);
  by("camera").replaceChildren(...state.start.cameras.map((name) => new Option(name, name)));
  by("camera-row").hidden = !state.start.cameras.length;
  if (!by("name").value) by("name").value = state.start.site?.camera || "";
  show("picture");
  by("head-picture").scrollIntoView({ block: "nearest" });
}

by("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey(by("key").value.trim());
  busy("key", event.submitter, begin);
});

by("take").addEventListener("click", () => busy("picture", by("take"), async () => {
  by("take").textContent = words.taking;
  show("picture");
  await drafted(await call("POST", "/v2/surveys", { json: { camera: by("camera").value } }));
}));

by("upload").addEventListener("change", () => busy("picture", null, async () => {
  const [file] = by("upload").files;
  if (!file) return;
  const form = new FormData();
  form.append("picture", file);
  show("picture");
  by("upload").value = ""; // or the same file chosen again, after a mistake or a restart, would be no change
  await drafted(await call("POST", "/v2/surveys", { form }));
}));

/** A picture waits on the server: show it, with the corners of the site in use where it has the same size. */
async function drafted(answer) {
  state.draft = await answer.json();
  const before = state.start.file;
  await start(state.draft.camera);
  if (state.start.file !== before) { // another place: nothing of the one before is its size or name
    for (const id of ["width", "height", "count"]) by(id).value = "";
    by("name").value = state.start.site?.camera || "";
  }
  const { width_px: width, height_px: height, reasons } = state.draft;
  const bytes = await (await call("GET", state.draft.picture)).blob();
  if (state.photo) URL.revokeObjectURL(state.photo);
  state.photo = URL.createObjectURL(bytes);
  by("photo").src = state.photo;
  await by("photo").decode();
  const site = state.start.site;
  const inset = [[0.12, 0.12], [0.88, 0.12], [0.88, 0.88], [0.12, 0.88]].map(([x, y]) => [x * width, y * height]);
  show("corners");
  const same = site && site.width_px === width && site.height_px === height;
  corners.show(width, height, state.draft.corners || (same ? site.corners : inset));
  by("same-shelf").hidden = !state.draft.corners;
  by("confirmed").replaceChildren();
  if (site && !by("width").value) [by("width").value, by("height").value] = [site.width_mm, site.height_mm];
  if (reasons.length) throw new Error(`${words.bad}: ${reasons.join(", ")}`);
  by("head-corners").scrollIntoView({ block: "start" });
}

for (const id of ["width", "height", "count"]) by(id).addEventListener("input", () => show("corners"));

by("size-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  busy("corners", button, async () => {
    button.textContent = words.looking;
    const [width, height] = [Number(by("width").value), Number(by("height").value)];
    const asked = new URLSearchParams(corners.corners.flat().map((number) => ["corners", number]));
    asked.set("width_mm", width);
    asked.set("height_mm", height);
    if (by("count").value) asked.set("shelves", by("count").value);
    const found = await (await call("GET", `/v2/surveys/${state.draft.id}/proposal?${asked}`)).json();
    state.shelves = found.shelves.map(({ name, top_mm, bottom_mm }) => ({ name, top_mm, bottom_mm }));
    state.slots = found.slots;
    by("view").src = found.view;
    await by("view").decode();
    const unsure = found.shelves.some((shelf) => shelf.confidence === 0) ? ` ${words.unsure}` : "";
    by("found").textContent = words.found.replace("{n}", found.shelves.length).replace("{products}", found.products) + unsure;
    by("doubts").textContent = found.doubts.join("\n");
    by("doubts").hidden = !found.doubts.length;
    by("old-shelves").hidden = !state.start.site;
    by("done").replaceChildren();
    show("save");
    front.show(width, height);
    redraw();
    by("head-shelves").scrollIntoView({ block: "start" });
  });
});

function moveBoard(number, mm) {
  const shelf = state.shelves[number];
  const below = state.shelves[number + 1];
  if (below && below.top_mm === shelf.bottom_mm) below.top_mm = mm;
  shelf.bottom_mm = mm;
  redraw();
}

/** The drawing and both tables, from the state. */
function redraw() {
  front.draw(state.shelves, state.slots);
  rows(by("shelves"), state.shelves, SHELF_FIELDS, (field) => words[field.replace("_mm", "")], words.removeShelf, "name");
  rows(by("slots"), state.slots, SLOT_FIELDS, (field) => words[SLOT_WORDS[field]], words.removeSlot, "shelf");
  by("slot-count").textContent = `(${state.slots.length})`;
}

/** One row per item; rows that are there stay, so that the field being edited keeps its focus. */
function rows(body, items, fields, wordOf, removing, naming) {
  while (body.rows.length > items.length) body.deleteRow(-1);
  while (body.rows.length < items.length) {
    const row = body.insertRow();
    for (const field of fields) {
      const input = row.insertCell().appendChild(document.createElement("input"));
      const isText = ["name", "shelf", "sku"].includes(field);
      Object.assign(input, { type: isText ? "text" : "number", autocomplete: "off", step: field === "facings" ? 1 : "any" });
      if (!isText) input.inputMode = "decimal";
      input.addEventListener("change", () => edit(row.rowIndex - 1, field, isText ? input.value.trim() : Number(input.value)));
    }
    const button = row.insertCell().appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", className: "plain", textContent: "×" });
    button.addEventListener("click", () => {
      listOf(body).splice(row.rowIndex - 1, 1);
      if (body.id === "shelves") forgetPlacesWithoutShelf();
      redraw();
    });
  }
  items.forEach((item, number) => {
    const row = body.rows[number];
    fields.forEach((field, column) => {
      const input = row.cells[column].firstChild;
      input.value = item[field] ?? "";
      input.setAttribute("aria-label", `${wordOf(field)} ${number + 1}`);
    });
    row.cells[fields.length].firstChild.setAttribute("aria-label", `${removing} ${item[naming]} (${number + 1})`);
  });
}

function forgetPlacesWithoutShelf() {
  const names = new Set(state.shelves.map((shelf) => shelf.name));
  state.slots = state.slots.filter((slot) => names.has(slot.shelf));
}

const listOf = (body) => (body.id === "shelves" ? state.shelves : state.slots);

function edit(number, field, value) {
  const isShelf = SHELF_FIELDS.includes(field);
  const item = (isShelf ? state.shelves : state.slots)[number];
  if (field === "bottom_mm") { moveBoard(number, value); return; }
  if (field === "name") for (const slot of state.slots) if (slot.shelf === item.name) slot.shelf = value;
  item[field] = field === "sku" ? value || null : value;
  redraw();
}

by("add-shelf").addEventListener("click", () => {
  const last = state.shelves.at(-1);
  const names = new Set(state.shelves.map((shelf) => shelf.name));
  let number = state.shelves.length + 1;
  while (names.has(String(number))) number += 1;
  const room = front.heightMm - (last?.bottom_mm ?? 0);
  if (last && room < 1) { // no room below: the last shelf is cut in two
    const middle = Math.round((last.top_mm + last.bottom_mm) / 2);
    state.shelves.push({ name: String(number), top_mm: middle, bottom_mm: last.bottom_mm });
    last.bottom_mm = middle;
  } else {
    state.shelves.push({ name: String(number), top_mm: last?.bottom_mm ?? 0, bottom_mm: front.heightMm });
  }
  redraw();
});

by("old-shelves").addEventListener("click", () => {
  state.shelves = state.start.site.shelves.map((shelf) => ({ ...shelf }));
  forgetPlacesWithoutShelf();
  redraw();
});

by("add-slot").addEventListener("click", () => {
  const shelf = state.shelves.at(-1)?.name ?? "1";
  const right = Math.max(0, ...state.slots.filter((slot) => slot.shelf === shelf).map((slot) => slot.right_mm));
  state.slots.push({ shelf, left_mm: right, right_mm: front.widthMm, facings: 1, sku: null });
  redraw();
});

by("slot-part").addEventListener("toggle", () => by("places").toggleAttribute("hidden", !by("slot-part").open));

by("no-slots").addEventListener("click", () => { state.slots = []; redraw(); });

by("join-slots").addEventListener("click", () => {
  const joined = [];
  for (const slot of state.slots) {
    const before = joined.at(-1);
    if (before && slot.sku && before.sku === slot.sku && before.shelf === slot.shelf) {
      before.right_mm = Math.max(before.right_mm, slot.right_mm);
      before.facings += slot.facings;
    } else joined.push({ ...slot });
  }
  state.slots = joined;
  redraw();
});

by("save-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  busy("save", button, async () => {
    button.textContent = words.saving;
    by("done").replaceChildren();
    await keep({
      corners: corners.corners, width_mm: front.widthMm, height_mm: front.heightMm, camera: by("name").value.trim() || null,
      shelves: state.shelves, slots: state.slots,
    }, by("done"));
  });
});

/** The shelf stands as it was surveyed and this is what it looks like now: the same site on a new picture. */
by("confirm").addEventListener("click", () => busy("corners", by("confirm"), async () => {
  const { width_mm, height_mm, camera, shelves, slots } = state.start.site;
  by("confirm").textContent = words.saving;
  await keep({ corners: state.draft.corners, width_mm, height_mm, camera, shelves, slots }, by("confirmed"));
  by("same-shelf").hidden = true;
}));

async function keep(body, place) {
  const kept = await (await call("POST", `/v2/surveys/${state.draft.id}/site`, { json: body })).json();
  const lines = [`${words.saved} ${kept.file}`];
  if (kept.picture) lines.push(`${words.picture} ${kept.picture}`);
  if (kept.earlier) lines.push(`${words.earlier} ${kept.earlier}`);
  const list = document.createElement("ul");
  for (const line of [...lines, ...kept.notes]) list.appendChild(document.createElement("li")).textContent = line;
  place.replaceChildren(list);
  await start(state.draft.camera);
}

show("key");
if (hasKey()) busy("key", null, begin);
