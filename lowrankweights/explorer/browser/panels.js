// The six pictures: drawing them, and pointing and painting with mouse, pen, finger or keys.

import { colourBar, diverging, drawPixels, element, sequential } from "../../web/pixels.js";

const w = (sign, below = "") => {
  const letter = element("i", {}, sign);
  if (below) letter.append(element("sub", {}, below));
  return letter;
};

// name: [title, symbol, colours, ends of the colour bar]
const PANELS = {
  known: ["What you know", w("w", "α"), diverging, "−1", "1"],
  predicted: ["Prediction", w("ŵ = U w", "α"), diverging, "−1", "1"],
  feature: ["The feature", w("w"), diverging, "−1", "1"],
  error: ["Error", w("ŵ − w"), diverging, "−1", "1"],
  deviation: ["Uncertainty", "", sequential, "0, sure", "1"],
  atom: ["Atom", w("column of U"), diverging, "", ""],
};
const KEYS_HELP = "Arrow keys move, space changes a pixel, Home and End go to the ends of the row.";

export class Panels {
  // `actions`: point(pixel or null), paint(pixels, erase), painted(), move(rows, columns), toggle()
  constructor(actions) {
    this.actions = actions;
    this.panels = {};
    for (const [name, description] of Object.entries(PANELS)) this.panels[name] = this.panel(name, ...description);
    this.enablePainting(this.panels.known.picture);
  }

  nodes() {
    return Object.values(this.panels).map((panel) => panel.node);
  }

  panel(name, title, symbol, colour, low, high) {
    const canvas = element("canvas"), spot = element("div", { class: "spot" });
    const picture = element("div", { class: "picture" }, canvas, spot);
    picture.addEventListener("pointermove", (event) => this.actions.point(this.pixelAt(picture, event)));
    picture.addEventListener("pointerdown", (event) => this.actions.point(this.pixelAt(picture, event), true));
    picture.addEventListener("pointerleave", () => this.actions.point(null));
    const heading = element("b", {}, title), note = element("span");
    const bar = colourBar(colour, low, high);
    const node = element("figure", { class: `panel panel-${name}` },
      element("figcaption", {}, heading, symbol, note), picture, bar);
    return { node, picture, canvas, spot, heading, symbol, note, bar, colour };
  }

  // Draws values between low and high; `described` is what a screen reader says of the picture.
  draw(name, values, low, high, { shown, note = "", described = "" } = {}) {
    const panel = this.panels[name];
    drawPixels(panel.canvas, values, this.shape, panel.colour, low, high, shown);
    panel.note.textContent = note;
    panel.picture.setAttribute("aria-label", `${panel.heading.textContent}. ${described}`);
    if (name !== "known") panel.picture.setAttribute("role", "img");
    panel.picture.classList.remove("stale");
  }

  // Pictures that show the past, since nothing newer could be computed; or nothing, if that had another shape.
  stale(...names) {
    const [height, width] = this.shape, nothing = new Uint8Array(height * width);
    for (const name of names) {
      const { picture, canvas, colour } = this.panels[name];
      picture.classList.add("stale");
      const fits = canvas.width === width && canvas.height === height;
      if (!fits) drawPixels(canvas, nothing, this.shape, colour, 0, 1, nothing);
    }
  }

  label(name, title, symbol, low, high) {
    const { heading, symbol: sign, bar } = this.panels[name];
    heading.textContent = title;
    sign.textContent = symbol;
    [bar.firstChild.textContent, bar.lastChild.textContent] = [low, high];
  }

  // A frame around one pixel in every picture; around those under the brush in the one to paint on.
  spot([row, column], brush) {
    const [height, width] = this.shape;
    for (const [name, { spot }] of Object.entries(this.panels)) {
      const size = name === "known" ? brush : 1, half = (size - 1) / 2;
      Object.assign(spot.style, {
        left: `${(100 * (column - half)) / width}%`,
        top: `${(100 * (row - half)) / height}%`,
        width: `${(100 * size) / width}%`,
        height: `${(100 * size) / height}%`,
      });
    }
  }

  pixelAt(picture, { clientX, clientY }) {
    const [height, width] = this.shape, box = picture.getBoundingClientRect();
    const within = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    return [within((clientY - box.top) / box.height, height), within((clientX - box.left) / box.width, width)];
  }

  enablePainting(picture) {
    picture.classList.add("paintable");
    picture.tabIndex = 0;
    picture.setAttribute("role", "application");
    picture.setAttribute("aria-roledescription", "pixel grid");
    picture.setAttribute("aria-description", KEYS_HELP);
    let last = null;
    picture.addEventListener("pointerdown", (event) => {
      if (event.button > 2 || event.button === 1) return;
      picture.setPointerCapture?.(event.pointerId);
      last = this.pixelAt(picture, event);
      this.actions.paint([last], erases(event));
    });
    picture.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = this.pixelAt(picture, event);
      this.actions.paint(line(last, next), erases(event));
      last = next;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      picture.addEventListener(end, () => {
        if (last) this.actions.painted();
        last = null;
      });
    }
    picture.addEventListener("contextmenu", (event) => event.preventDefault());
    picture.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const width = this.shape[1];
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const moves = { ...arrows, Home: [0, -width], End: [0, width] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) this.actions.move(...moves[event.key]);
    else if (event.key === " " || event.key === "Enter") this.actions.toggle();
    else return;
    event.preventDefault();
  }
}

// The right button, the eraser end of a pen, or the shift key.
function erases(event) {
  return (event.buttons & 34) > 0 || event.button === 2 || event.shiftKey;
}

// The pixels on the straight way from one to another.
function line([r, c], [toRow, toColumn]) {
  const steps = Math.max(Math.abs(toRow - r), Math.abs(toColumn - c), 1);
  const at = (from, to, k) => Math.round(from + ((to - from) * k) / steps);
  return Array.from({ length: steps + 1 }, (_, k) => [at(r, toRow, k), at(c, toColumn, k)]);
}
