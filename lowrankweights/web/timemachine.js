// The time machine: filters, loss, error and index sets over the iterations of a minimisation.

import {
  addressStore, colourBar, decodeFloat16, diverging, drawColours, drawPixels, element, followNotebookTheme, slider,
} from "./pixels.js";

const FRAMES_A_SECOND = 8;
const LARGE_FALL = 0.9;
const CHART = { width: 560, height: 190, left: 58, right: 14, top: 34, bottom: 26 };

export class TimeMachine {
  // `data` is what Snapshots.to_html makes; `store` keeps the moment and the chosen filter.
  constructor(host, data, store) {
    Object.assign(this, { data, store });
    this.size = data.shape.reduce((a, b) => a * b);
    this.frames = data.frames.map(decodeFloat16);
    this.last = this.frames.length - 1;
    const saved = store.read();
    this.moment = within(saved.moment, this.last) ?? 0;
    this.chosen = within(saved.filter, data.filters.length - 1) ?? 0;
    this.revealed = saved.guessed === "yes";
    this.build(host);
    this.draw();
  }

  build(host) {
    const { data } = this;
    this.play = element("button", { type: "button", class: "main play", click: () => this.toggle() });
    this.scrubber = slider({
      label: "Iteration", min: 0, max: this.last, step: 1, read: Number, write: Number,
      show: (moment) => `${data.iterations[moment]} of ${data.iterations[this.last]}`,
      change: (moment) => this.go(moment, true),
    });
    this.ownScale = element("input", { type: "checkbox", change: () => this.draw() });
    this.charts = [chart("Loss", data.loss)];
    const errors = data.error?.map((error, k) => [data.iterations[k], error]);
    if (errors) this.charts.push(chart("Error on held-out data, %", errors, true));
    for (const c of this.charts) {
      c.node.addEventListener("click", (event) => this.go(this.nearest(c.iterationAt(event)), true));
    }
    this.answer = element("p", { class: "answer", role: "status" });
    const column = element("div", { class: "curves" },
      this.guessCard(), ...this.charts.map((c) => c.node), this.answer, this.focus());
    this.node = element("div", { class: "lrw timemachine" },
      element("h1", {}, "Time machine"), element("p", { class: "lead" }, this.introduction()),
      element("div", { class: "transport" }, this.play, this.scrubber.node),
      element("div", { class: "halves" }, this.wall(), column));
    this.node.timeMachine = this;
    followNotebookTheme(this.node);
    this.node.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => event.target === document.body && this.key(event));
    host.append(this.node);
    this.reveal(this.revealed);
  }

  introduction() {
    const { iterations, filters, n_filters: all, index_sets: sets } = this.data;
    const some = filters.length < all ? `${filters.length} of ${all}` : `All ${all}`;
    const moments = `at ${iterations.length} moments of ${iterations.at(-1)} iterations`;
    const columns = sets.length > 1 ? `, other ones in each of ${sets.length} columns` : "";
    const known = `Only the weights at the known pixels are learned${columns}; the others are predicted at every step.`;
    return `${some} filters of the first layer, ${moments}. ${sets.length ? known : ""}`;
  }

  // All filters, small.
  wall() {
    this.tiles = this.data.filters.map((filter, k) => {
      const canvas = element("canvas", { "aria-hidden": "true" });
      const column = this.data.index_sets.length > 1 ? `, column ${this.data.columns[k] + 1}` : "";
      const label = `Filter ${filter + 1}${column}`;
      const attributes = { type: "button", "aria-label": label, title: label, click: () => this.choose(k) };
      return { canvas, button: element("button", attributes, canvas), label };
    });
    const own = element("label", { class: "check" }, this.ownScale, "Each moment on its own colour scale");
    const bar = this.data.shape.length === 2 ? colourBar(diverging, "−1", "1: the filter's largest weight ever") : "";
    const tiles = element("div", { class: "tiles" }, ...this.tiles.map((tile) => tile.button));
    return element("div", { class: "wall" }, tiles, bar, own);
  }

  // One filter, large: every weight, and only those that are learned.
  focus() {
    const panel = (title) => {
      const canvas = element("canvas"), heading = element("b", {}, title);
      const picture = element("div", { class: "picture", role: "img", "aria-label": title }, canvas);
      const node = element("figure", { class: "panel" }, element("figcaption", {}, heading), picture);
      return { canvas, heading, node };
    };
    this.large = panel("");
    this.learned = panel("Its known weights");
    const known = this.data.index_sets.length ? [this.learned.node] : [];
    return element("div", { class: "focus" }, this.large.node, ...known);
  }

  guessCard() {
    const { data } = this, end = Math.log(data.iterations[this.last]);
    this.guess = Math.round(Math.exp(end / 2));
    const control = slider({
      label: "Iteration", min: 0, max: 1000, step: 1, read: (x) => Math.round(Math.exp((x / 1000) * end)),
      write: (n) => (1000 * Math.log(n)) / (end || 1), show: String, change: (n) => control.set((this.guess = n)),
    });
    control.set(this.guess);
    this.card = element("div", { class: "guess" },
      element("h2", {}, "Guess first"),
      element("p", {}, `After which iteration is ${100 * LARGE_FALL} % of the loss's fall done? And will all filters ` +
        "take shape at once, or one after the other?"),
      control.node,
      element("div", { class: "row" },
        element("button", { type: "button", class: "main", click: () => this.reveal(true, this.guess) }, "Show me"),
        element("button", { type: "button", click: () => this.reveal(true) }, "Skip")));
    return this.card;
  }

  reveal(yes, guess) {
    this.revealed = yes;
    this.card.hidden = yes;
    this.charts.forEach((c) => (c.node.style.display = yes ? "" : "none"));
    if (!yes) return;
    const truth = this.fallDone();
    this.charts[0].mark("truth", truth);
    if (guess) this.charts[0].mark("guessed", guess);
    const said = guess ? `You said ${guess}. ` : "", end = this.data.iterations[this.last];
    this.answer.textContent = `${said}${100 * LARGE_FALL} % of the fall is done after iteration ${truth}, of ${end}.`;
    this.save();
  }

  // The first iteration after which LARGE_FALL of the loss's fall is done.
  fallDone() {
    const losses = this.data.loss, first = losses[0][1], goal = first - LARGE_FALL * (first - losses.at(-1)[1]);
    return losses.find(([, loss]) => loss <= goal)[0];
  }

  choose(k) {
    this.chosen = k;
    this.draw();
    this.save();
  }

  go(moment, byHand) {
    if (byHand) this.stop();
    this.moment = Math.min(this.last, Math.max(0, moment));
    this.draw();
    if (byHand) this.save();
  }

  nearest(iteration) {
    const gaps = this.data.iterations.map((n) => Math.abs(Math.log(n / iteration)));
    return gaps.indexOf(Math.min(...gaps));
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.moment === this.last) this.moment = 0;
    const step = () => (this.moment === this.last ? this.stop() : this.go(this.moment + 1));
    this.timer = setInterval(step, 1000 / FRAMES_A_SECOND);
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.draw();
    this.save();
  }

  key(event) {
    const { tagName, type } = event.target, space = event.key === " ";
    // keys that the focused control needs itself
    const theirs = tagName === "BUTTON" || type === "checkbox" ? space : tagName === "INPUT" && !space;
    if (event.ctrlKey || event.metaKey || event.altKey || theirs) return;
    const moves = { ArrowRight: this.moment + 1, ArrowLeft: this.moment - 1, Home: 0, End: this.last };
    if (event.key in moves) this.go(moves[event.key], true);
    else if (space) this.toggle();
    else return;
    event.preventDefault();
  }

  save() {
    this.store.write({ moment: this.moment, filter: this.chosen, guessed: this.revealed ? "yes" : "no" });
  }

  weights(k) {
    return this.frames[this.moment].subarray(k * this.size, (k + 1) * this.size);
  }

  picture(canvas, k, shown) {
    const values = this.weights(k);
    const scale = this.ownScale.checked ? values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1 : 1;
    if (this.data.shape.length === 3) drawColours(canvas, values, this.data.shape, scale, shown);
    else drawPixels(canvas, values, this.data.shape, diverging, -scale, scale, shown);
  }

  draw() {
    const iteration = this.data.iterations[this.moment];
    this.play.textContent = this.timer ? "Pause" : "Play";
    this.scrubber.set(this.moment);
    this.tiles.forEach(({ canvas, button }, k) => {
      this.picture(canvas, k);
      button.setAttribute("aria-pressed", k === this.chosen);
    });
    this.charts.forEach((c) => c.moveTo(iteration));
    this.large.heading.textContent = this.tiles[this.chosen].label;
    this.picture(this.large.canvas, this.chosen);
    if (this.data.index_sets.length) this.picture(this.learned.canvas, this.chosen, this.known());
  }

  // A 1 for each pixel that is known in the chosen filter's column.
  known() {
    const [height, width, channels = 1] = this.data.shape, known = new Uint8Array(height * width);
    for (const i of this.data.index_sets[this.data.columns[this.chosen]]) known[Math.floor(i / channels)] = 1;
    return known;
  }
}

function within(text, last) {
  const n = Number(text);
  return text !== undefined && Number.isInteger(n) && n >= 0 && n <= last ? n : undefined;
}

// A curve over iterations on a logarithmic axis; the other axis is logarithmic unless `linear`.
function chart(name, points, linear = false) {
  const { width, height, left, right, top, bottom } = CHART;
  const values = points.map(([, value]) => value), end = Math.max(points.at(-1)[0], 2);
  const low = linear ? 0 : Math.min(...values.filter((value) => value > 0)), high = Math.max(...values, low + 1e-12);
  const measure = linear ? (v) => v : (v) => Math.log(Math.max(v, low));
  const share = (v) => (measure(v) - measure(low)) / (measure(high) - measure(low) || 1);
  const x = (n) => left + ((width - left - right) * Math.log(n)) / Math.log(end);
  const y = (value) => height - bottom - (height - top - bottom) * share(value);
  const vertical = (kind, n) => svg("line", { class: kind, x1: x(n), x2: x(n), y1: top, y2: height - bottom });
  const spoken = `${name}, from ${values[0].toPrecision(3)} to ${values.at(-1).toPrecision(3)}, over the iterations`;
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": spoken });
  for (const n of decades(1, end)) root.append(vertical("grid", n), text(n, x(n), height - 6, "middle"));
  for (const value of [low, linear ? (low + high) / 2 : Math.sqrt(low * high), high]) {
    root.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    root.append(text(Number(value.toPrecision(2)), left - 8, y(value) + 4, "end"));
  }
  const line = points.map(([n, value]) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const cursor = vertical("now", 1), dot = svg("circle", { class: "now", r: 5 });
  const readout = text("", width - right, 16, "end", "name");
  root.append(text(name, left, 16, "start", "name"), readout);
  root.append(svg("polyline", { class: "curve", points: line }), cursor, dot);
  return {
    node: root,
    moveTo(n) {
      const value = points.reduce((best, p) => (Math.abs(p[0] - n) < Math.abs(best[0] - n) ? p : best))[1];
      set(cursor, { x1: x(n), x2: x(n) });
      set(dot, { cx: x(n), cy: y(value) });
      readout.textContent = `${Number(value.toPrecision(3))} after iteration ${n}`;
    },
    mark: (kind, n) => root.insertBefore(vertical(kind, n), cursor),
    iterationAt(event) {
      const box = root.getBoundingClientRect(), place = ((event.clientX - box.left) / box.width) * width;
      return Math.exp(((place - left) / (width - left - right)) * Math.log(end));
    },
  };
}

function decades(from, to) {
  const all = [];
  for (let n = from; n <= to; n *= 10) all.push(n);
  return to > 1.5 * all.at(-1) ? [...all, to] : all;
}

function svg(tag, attributes) {
  return set(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function text(content, x, y, anchor, kind = "tick") {
  const node = svg("text", { x, y, "text-anchor": anchor, class: kind });
  node.textContent = content;
  return node;
}

const contents = JSON.parse(document.getElementById("data").textContent);
new TimeMachine(document.getElementById("timemachine"), contents, addressStore());
