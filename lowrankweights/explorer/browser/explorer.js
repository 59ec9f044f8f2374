// Paint the pixels: which weights of a feature are known, and what they predict of the others.

import { decodeFloat16, element, followNotebookTheme } from "../../web/pixels.js";
import { compare, count, rounded, signed } from "./comparison.js";
import { Controls } from "./controls.js";
import { readImage } from "./own_image.js";
import { Panels } from "./panels.js";
import { atom, factorise, mixture, predict, variance } from "./solver.js";
import { OWN_IMAGE, RANGES, drawn, featureOf, fitted, parse, toStrings } from "./state.js";

const START = { length: 2, ridge: 0.01, share: 0.2, pattern: "random", seed: 1 };
const SAVE_AFTER = 200; // milliseconds without a change
const UNCERTAIN_LATER = 320; // with more known pixels the uncertainty follows when the hand rests

// Builds the explorer inside `host`. `data` is what explorer/page.py makes; `store` keeps the state:
// read() -> strings, write(strings), listen(function) for changes from outside.
export class Explorer {
  constructor(host, data, store) {
    this.store = store;
    this.data = data;
    const sets = data.sets.map((set) => ({ ...set, features: set.features.map((text, k) => feature(set, text, k)) }));
    this.library = new Map(sets.flatMap((set) => set.features.map((f) => [f.id, f])));
    this.panels = new Panels(this.paintingActions());
    this.controls = new Controls(sets, this.controlActions());
    this.build(host);
    this.load(store.read());
    store.listen((strings) => this.load(strings));
  }

  build(host) {
    this.numbers = element("dl", { class: "numbers" });
    this.message = element("p", { class: "message" });
    this.live = element("p", { class: "hidden-text", role: "status" });
    const [known, predicted, ...small] = this.panels.nodes();
    this.node = element("div", { class: "lrw explorer" },
      element("div", { class: "stage" }, known, predicted, this.message, this.numbers,
        element("div", { class: "small" }, ...small), this.controls.node), this.live);
    this.node.explorer = this;
    followNotebookTheme(this.node);
    this.acceptDrops();
    host.append(this.node);
  }

  load(strings) {
    const start = { ...START, feature: this.library.keys().next().value };
    const first = parse(this.data.start ?? {}, this.library, start);
    const anew = ["feature", "known", "pattern", "share", "seed"].some((name) => name in strings);
    this.state = parse(strings, this.library, first);
    if (!anew) Object.assign(this.state, { known: first.known, pattern: first.pattern });
    this.panels.shape = this.feature.shape;
    this.pointed = this.notice = null;
    this.update();
  }

  get feature() {
    return featureOf(this.state, this.library);
  }

  // Changes the state as a control asks for it; the index set follows where it depends on what changed.
  set(changes, notice) {
    const before = this.feature.shape;
    if ("share" in changes && ["all", "none"].includes(this.state.pattern)) changes.pattern = "random";
    if (changes.pattern && this.state.share === 0 && changes.share === undefined) changes.share = START.share;
    Object.assign(this.state, changes);
    const { shape } = this.feature;
    if (before.join() !== shape.join()) this.state = fitted(this.state, shape, null);
    else if (["pattern", "share", "seed"].some((name) => name in changes)) this.state.known = drawn(this.state, shape);
    this.panels.shape = shape;
    this.changed(notice);
  }

  changed(notice) {
    this.notice = notice;
    this.pending ??= requestAnimationFrame(() => this.update());
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.saving);
    this.saving = undefined;
    this.store.write(toStrings(this.state));
  }

  controlActions() {
    return {
      choose: (id) => this.set({ feature: id }),
      set: (changes) => this.set(changes),
      redraw: () => {
        const pattern = this.state.pattern === "local" ? "local" : "random";
        this.set({ pattern, seed: (this.state.seed + 1) % RANGES.seed[1] });
      },
      own: (file) => this.takeImage(file),
      reset: () => {
        this.load({});
        this.save();
      },
    };
  }

  paintingActions() {
    return {
      point: (pixel, stay) => {
        this.pointed = pixel;
        if (stay) this.state.at = pixel;
        this.showPixel();
      },
      paint: (pixels, erase) => {
        const bit = erase || this.controls.erase ? 0 : 1;
        this.paint(pixels.flatMap((pixel) => this.controls.under(pixel, this.feature.shape)), bit);
      },
      painted: () => this.save(),
      move: (rows, columns) => {
        const step = [rows, columns];
        this.state.at = this.feature.shape.map((n, i) => Math.min(n - 1, Math.max(0, this.state.at[i] + step[i])));
        this.pointed = null;
        this.changed();
        this.say();
      },
      toggle: () => {
        const i = this.index(this.state.at);
        this.paint([i], 1 - this.state.known[i]);
        this.pointed = null;
        this.say();
      },
    };
  }

  paint(indices, bit) {
    const known = Uint8Array.from(this.state.known);
    indices.forEach((i) => (known[i] = bit));
    const share = count(known) / known.length;
    Object.assign(this.state, { known, share, pattern: "painted" });
    this.changed();
  }

  index([row, column]) {
    return row * this.feature.shape[1] + column;
  }

  // Computes and draws everything from the state.
  update() {
    cancelAnimationFrame(this.pending);
    this.pending = undefined;
    const began = performance.now();
    const { length, ridge, known } = this.state, { shape, values } = this.feature;
    const alpha = [...known.keys()].filter((i) => known[i]);
    const system = factorise(shape, alpha, length, ridge);
    this.system = system;
    this.controls.show(this.state, alpha.length, known.length);
    this.drawKnown(alpha);
    if (system.singular) this.panels.stale("predicted", "error", "deviation", "atom");
    else this.result = { alpha, ...compare(values, predict(system, alpha.map((i) => values[i])), known) };
    if (!system.singular) this.drawPrediction();
    this.drawUncertainty();
    this.showPixel();
    this.milliseconds = performance.now() - began;
    this.showNumbers();
  }

  drawKnown(alpha) {
    const { values } = this.feature, { known } = this.state;
    const note = `${alpha.length} of ${values.length}`;
    this.panels.draw("known", values, -1, 1, { shown: known, note, described: `${note} weights are known.` });
    this.panels.draw("feature", values, -1, 1, { described: this.feature.title });
  }

  drawPrediction() {
    const { predicted, error, largest, correlation } = this.result;
    const described = correlation === null ? "" : `Correlation where unknown ${correlation.toFixed(3)}.`;
    this.panels.draw("predicted", predicted, -1, 1, { described });
    const note = `up to ${largest.toFixed(2)}`;
    this.panels.draw("error", error, -1, 1, { note, described: note });
  }

  drawUncertainty() {
    clearTimeout(this.later);
    if (this.system.singular) return;
    if (this.system.n > UNCERTAIN_LATER && this.result.deviation === undefined) {
      this.panels.stale("deviation");
      this.result.deviation = null;
      this.later = setTimeout(() => this.drawUncertainty(), 120);
      return;
    }
    this.result.deviation = variance(this.system).map(Math.sqrt);
    const mean = this.result.deviation.reduce((sum, d) => sum + d, 0) / this.result.deviation.length;
    const note = `mean ${mean.toFixed(2)}`;
    this.panels.draw("deviation", this.result.deviation, 0, 1, { note, described: note });
  }

  // The frame, the atom and the sentence of the pixel under the pointer, or of the one last chosen.
  showPixel() {
    const at = this.pointed ?? this.state.at, i = this.index(at);
    this.panels.spot(at, this.pointed ? this.controls.brush : 1);
    this.drawAtom(i);
    const warning = this.warning();
    this.message.classList.toggle("warning", Boolean(warning));
    this.message.textContent = warning ?? this.notice ?? this.sentence(i, at);
    if (warning && this.warned !== warning) this.live.textContent = warning;
    this.warned = warning;
  }

  drawAtom(i) {
    const { known } = this.state, { system } = this;
    if (system.singular) return;
    const a = system.alpha.indexOf(i);
    let picture = new Float64Array(known.length);
    if (a >= 0) picture = atom(system, a);
    else mixture(system, i).forEach((weight, b) => (picture[system.alpha[b]] = weight));
    const scale = picture.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    const ends = [`−${scale.toFixed(2)}`, scale.toFixed(2)];
    if (a >= 0) this.panels.label("atom", "Atom", "column of U", ...ends);
    else this.panels.label("atom", "Mixture", "row of U", ...ends);
    const column = "What one unit of this known weight adds everywhere.";
    const row = "How the known weights are mixed for this one.";
    const [shown, described] = a >= 0 ? [undefined, column] : [known, row];
    this.panels.draw("atom", picture, -scale, scale, { shown, described });
  }

  sentence(i, [row, column]) {
    const { values } = this.feature, { predicted, deviation } = this.result;
    const unsure = deviation ? ` ± ${deviation[i].toFixed(2)}` : "";
    const what = this.state.known[i] ? "known" : "not known";
    const numbers = `weight ${signed(values[i])}, predicted ${signed(predicted[i])}${unsure}`;
    return `Row ${row + 1}, column ${column + 1}: ${what}, ${numbers}`;
  }

  say() {
    this.update();
    this.live.textContent = this.warning() ?? this.sentence(this.index(this.state.at), this.state.at);
  }

  warning() {
    const { n, singular } = this.system, size = this.state.known.length;
    if (singular) {
      return "K + λI is singular to working precision: nothing new can be predicted. Raise the ridge, lower the " +
        "length scale, or let fewer weights be known.";
    }
    if (n === 0) return "No weight is known: every prediction is 0, and nothing is sure. Paint in the first picture.";
    if (n === size) return "Every weight is known: nothing is left to predict. The error is what the ridge smooths away.";
    if (this.result.correlation === null) return "No correlation: something is constant where unknown.";
    return undefined;
  }

  showNumbers() {
    const { singular, condition, n } = this.system;
    const size = this.state.known.length, { correlation, rmse, unknownRmse } = this.result ?? {};
    const missing = (value) => singular || value === null || value === undefined;
    const shown = (value, digits) => (missing(value) ? "–" : value.toFixed(digits));
    const rows = [
      ["correlation where unknown", correlation === null && !singular ? "none" : shown(correlation, 3)],
      ["RMSE", shown(rmse, 3)],
      ["RMSE where unknown", shown(unknownRmse, 3)],
      ["fewer numbers", n ? `${(size / n).toFixed(1)}×` : "–"],
      ["condition of K + λI", Number.isFinite(condition) ? `≈ ${rounded(condition)}` : "too large", "quiet"],
      ["to compute and draw", `${Math.max(1, Math.round(this.milliseconds))} ms`, "quiet"],
    ];
    this.numbers.replaceChildren(...rows.map(([name, value, kind = ""]) =>
      element("div", { class: kind }, element("dt", {}, name), element("dd", {}, value))));
  }

  async takeImage(file) {
    try {
      const { note, ...image } = await readImage(file);
      this.set({ feature: OWN_IMAGE, image }, note);
    } catch (error) {
      this.notice = error.message;
      this.showPixel();
    }
    this.live.textContent = this.notice;
  }

  acceptDrops() {
    const drop = (event) => event.dataTransfer?.types.includes("Files");
    this.node.addEventListener("dragover", (event) => {
      if (!drop(event)) return;
      event.preventDefault();
      this.node.classList.add("dropping");
    });
    this.node.addEventListener("dragleave", (event) => {
      if (!this.node.contains(event.relatedTarget)) this.node.classList.remove("dropping");
    });
    this.node.addEventListener("drop", (event) => {
      if (!drop(event)) return;
      event.preventDefault();
      this.node.classList.remove("dropping");
      if (event.dataTransfer.files.length) this.takeImage(event.dataTransfer.files[0]);
    });
  }
}

function feature(set, text, k) {
  const title = `${set.title}, feature ${k + 1}`;
  return { id: `${set.id}-${k}`, title, shape: set.shape, values: decodeFloat16(text) };
}
