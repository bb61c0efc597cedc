// The two pictures of a survey: the one with four corner handles and a loupe, and the bay from the front with its boards.

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LOUPE_SHOWS_PX = 60;
const NARROW_PX = 480; // of a stage: the boards' mm stand in the table alone

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** Lets `element` be dragged: `move` gets the pointer as shares 0..1 of `stage`, `end` is told when it is let go. */
function draggable(element, stage, move, end) {
  let grip = null;
  element.addEventListener("pointerdown", (event) => {
    const box = element.getBoundingClientRect();
    grip = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    element.setPointerCapture(event.pointerId);
    element.focus();
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const box = stage.getBoundingClientRect();
    move((event.clientX - grip[0] - box.left) / box.width, (event.clientY - grip[1] - box.top) / box.height);
  });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => { grip = null; end(); });
}

/** Four handles on the picture. `corners` are [x, y] in px of the picture, whose first px has its middle at 0. */
export class CornerStage {
  constructor(stage, words, changed) {
    this.stage = stage;
    this.changed = changed;
    this.photo = stage.querySelector("img");
    this.outline = stage.querySelector("svg");
    this.loupe = stage.querySelector("canvas");
    this.words = words;
    this.corners = [];
    this.handles = words.map((word, number) => this.handle(number));
  }

  handle(number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "handle";
    draggable(button, this.stage, (x, y) => this.move(number, x * this.width - 0.5, y * this.height - 0.5), () => this.hide());
    button.addEventListener("focus", () => this.magnify(number));
    button.addEventListener("blur", () => this.hide());
    button.addEventListener("keydown", (event) => {
      if (!STEP[event.key]) return;
      event.preventDefault();
      const [dx, dy] = STEP[event.key].map((step) => step * (event.shiftKey ? 10 : 1));
      this.move(number, this.corners[number][0] + dx, this.corners[number][1] + dy);
    });
    this.stage.append(button);
    return button;
  }

  show(width, height, corners) {
    [this.width, this.height] = [width, height];
    this.corners = corners.map(([x, y]) => [...this.inside(x, y)]);
    this.outline.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
    this.draw();
  }

  inside(x, y) {
    return [clamp(Math.round(x * 10) / 10, -0.5, this.width - 0.5), clamp(Math.round(y * 10) / 10, -0.5, this.height - 0.5)];
  }

  move(number, x, y) {
    this.corners[number] = this.inside(x, y);
    this.draw();
    this.magnify(number);
    this.changed();
  }

  draw() {
    this.outline.querySelector("polygon").setAttribute("points", this.corners.map((corner) => corner.join(",")).join(" "));
    this.handles.forEach((button, number) => {
      const [x, y] = this.corners[number];
      button.style.left = `${((x + 0.5) / this.width) * 100}%`;
      button.style.top = `${((y + 0.5) / this.height) * 100}%`;
      button.setAttribute("aria-label", `${this.words[number]}: ${Math.round(x)}, ${Math.round(y)}`);
    });
  }

  magnify(number) {
    if (!this.photo.naturalWidth) return;
    const [x, y] = this.corners[number];
    const pen = this.loupe.getContext("2d");
    const size = this.loupe.width;
    const zoom = size / LOUPE_SHOWS_PX;
    const at = ([px, py]) => [(px - x) * zoom + size / 2, (py - y) * zoom + size / 2];
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, size, size);
    pen.imageSmoothingEnabled = false;
    const half = LOUPE_SHOWS_PX / 2;
    pen.drawImage(this.photo, x + 0.5 - half, y + 0.5 - half, LOUPE_SHOWS_PX, LOUPE_SHOWS_PX, 0, 0, size, size);
    pen.strokeStyle = "#ffd400";
    pen.lineWidth = 2;
    pen.beginPath();
    for (const other of [(number + 3) % 4, (number + 1) % 4]) {
      pen.moveTo(...at(this.corners[other]));
      pen.lineTo(size / 2, size / 2);
    }
    pen.stroke();
    pen.beginPath();
    pen.arc(size / 2, size / 2, 12, 0, 7);
    pen.stroke();
    this.loupe.className = x > this.width / 2 ? "left" : "right"; // away from the finger
    this.loupe.hidden = false;
  }

  hide() {
    this.loupe.hidden = true;
  }
}

/** The bay from the front: a line that can be moved for each board, a frame for each place. All in mm. */
export class FrontStage {
  constructor(stage, word, moved) {
    this.stage = stage;
    this.places = stage.querySelector("svg");
    this.word = word;
    this.moved = moved;
    this.boards = [];
  }

  show(widthMm, heightMm) {
    [this.widthMm, this.heightMm] = [widthMm, heightMm];
    this.places.setAttribute("viewBox", `0 0 ${widthMm} ${heightMm}`);
  }

  draw(shelves, slots) {
    while (this.boards.length > shelves.length) this.boards.pop().remove();
    while (this.boards.length < shelves.length) this.boards.push(this.board(this.boards.length));
    shelves.forEach((shelf, number) => {
      const button = this.boards[number];
      const mm = Number(shelf.bottom_mm) || 0;
      button.style.top = `${(clamp(mm, 0, this.heightMm) / this.heightMm) * 100}%`;
      button.querySelector("span").textContent = this.stage.clientWidth < NARROW_PX ? shelf.name : `${shelf.name} · ${Math.round(mm)}`;
      button.setAttribute("aria-label", `${this.word} ${shelf.name} · ${Math.round(mm)} mm`);
      button.mm = mm;
    });
    const byName = new Map(shelves.map((shelf) => [shelf.name, shelf]));
    this.places.replaceChildren(...slots.filter((slot) => byName.has(slot.shelf)).map((slot) => {
      const shelf = byName.get(slot.shelf);
      const frame = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      frame.setAttribute("x", slot.left_mm);
      frame.setAttribute("y", shelf.top_mm);
      frame.setAttribute("width", Math.max(0, slot.right_mm - slot.left_mm));
      frame.setAttribute("height", Math.max(0, shelf.bottom_mm - shelf.top_mm));
      return frame;
    }));
  }

  board(number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "board";
    button.append(document.createElement("span"));
    draggable(button, this.stage, (x, y) => this.moved(number, clamp(Math.round(y * this.heightMm), 0, this.heightMm)), () => {});
    button.addEventListener("keydown", (event) => {
      if (!STEP[event.key]?.[1]) return;
      event.preventDefault();
      this.moved(number, clamp(button.mm + STEP[event.key][1] * (event.shiftKey ? 10 : 1), 0, this.heightMm));
    });
    this.stage.append(button);
    return button;
  }
}
