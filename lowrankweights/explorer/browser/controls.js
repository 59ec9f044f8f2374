// The controls beside the pictures.

import { choices, diverging, drawPixels, element, slider } from "../../web/pixels.js";

const PATTERN_NAMES = { random: "Random", grid: "Grid", local: "Local", all: "All", none: "None" };
const RIDGE_DECADES = [-4, 0];

export class Controls {
  // `actions`: choose(feature), set(changes), redraw(), own(file), reset()
  constructor(sets, actions) {
    this.actions = actions;
    this.brush = 1;
    this.erase = false;
    this.gallery = [];
    this.node = element("div", { class: "side" }, this.featureGroup(sets), this.knownGroup(), this.kernelGroup());
    this.tools.set("paint");
    this.brushes.set("1");
  }

  featureGroup(sets) {
    const file = element("input", { type: "file", accept: "image/*", "aria-label": "Your own image" });
    file.addEventListener("change", () => {
      if (file.files.length) this.actions.own(file.files[0]);
      file.value = "";
    });
    const parts = sets.map((set) =>
      element("div", { role: "group", "aria-label": set.title },
        element("p", { class: "set-name", title: set.note }, `${set.title}, ${set.shape[1]} × ${set.shape[0]}`),
        element("div", { class: "gallery" }, ...set.features.map((f) => this.thumbnail(f)))));
    return group("feature", "Which feature", ...parts,
      element("label", { class: "file" }, "Your own image, or drop one here", file));
  }

  thumbnail({ id, title, shape, values }) {
    const canvas = element("canvas", { "aria-hidden": "true" });
    drawPixels(canvas, values, shape, diverging, -1, 1);
    const click = () => this.actions.choose(id);
    const button = element("button", { type: "button", "aria-label": title, title, "data-value": id, click }, canvas);
    this.gallery.push(button);
    return button;
  }

  knownGroup() {
    const { set, redraw } = this.actions;
    this.tools = choices("Tool", { paint: "Paint", erase: "Erase" }, (tool) => this.hold(tool));
    this.brushes = choices("Brush size in pixels", { 1: "1", 3: "3", 5: "5" }, (size) => this.take(size));
    this.patterns = choices("Pattern", PATTERN_NAMES, (pattern) => set({ pattern }));
    this.share = slider({
      label: "Known weights", hint: "The share of the weights that is known", min: 0, max: 100, step: 1,
      read: (position) => position / 100, write: (share) => Math.round(100 * share),
      show: (share) => `${Math.round(100 * share)} %`, change: (share) => set({ share }),
    });
    this.seed = element("input", { type: "number", min: 0, step: 1 });
    this.seed.addEventListener("change", () => set({ seed: Math.max(0, Math.round(Number(this.seed.value) || 0)) }));
    const seed = element("label", { class: "seed" }, "Seed", this.seed);
    return group("known", "Which of its weights are known",
      element("div", { class: "row" },
        this.tools.node, element("span", { class: "fixed" }, "Brush"), this.brushes.node),
      this.patterns.node, this.share.node,
      element("div", { class: "row" }, element("button", { type: "button", click: () => redraw() }, "New draw"), seed));
  }

  kernelGroup() {
    const { set, reset } = this.actions;
    this.length = slider({
      label: "Length scale σ", hint: "How far a weight resembles its neighbours", min: 0.5, max: 8, step: 0.1,
      read: Number, write: Number, show: (length) => `${length} px`, change: (length) => set({ length }),
    });
    this.ridge = slider({
      label: "Ridge λ", hint: "How far the known weights may be missed", min: RIDGE_DECADES[0], max: RIDGE_DECADES[1],
      step: 0.05, read: (position) => Number((10 ** position).toPrecision(2)),
      write: (ridge) => Math.log10(Math.max(ridge, 1e-9)), show: String, change: (ridge) => set({ ridge }),
    });
    return group("kernel", "How the others are predicted", this.length.node, this.ridge.node,
      element("button", { type: "button", click: () => reset() }, "Start again"));
  }

  hold(tool) {
    this.erase = tool === "erase";
    this.tools.set(tool);
  }

  take(size) {
    this.brush = Number(size);
    this.brushes.set(size);
  }

  // The pixels under the brush at [row, column], inside the shape.
  under([row, column], [height, width]) {
    const half = (this.brush - 1) / 2, pixels = [];
    for (let r = Math.max(0, row - half); r <= Math.min(height - 1, row + half); r++) {
      for (let c = Math.max(0, column - half); c <= Math.min(width - 1, column + half); c++) pixels.push(r * width + c);
    }
    return pixels;
  }

  show(state, n, size) {
    this.gallery.forEach((b) => b.setAttribute("aria-pressed", b.dataset.value === state.feature));
    this.patterns.set(state.pattern);
    this.share.set(state.share, `${n} of ${size}, ${Math.round((100 * n) / size)} %`);
    if (document.activeElement !== this.seed) this.seed.value = state.seed;
    this.length.set(state.length);
    this.ridge.set(state.ridge);
  }
}

function group(name, title, ...children) {
  return element("fieldset", { class: `group-${name}` }, element("legend", {}, title), ...children);
}
