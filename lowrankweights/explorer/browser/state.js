// The explorer's state, and the same as a flat object of strings: for an address, or a notebook's trait.

import { fromBase64, packBits, toBase64, unpackBits } from "../../web/pixels.js";
import { localOrder, randomOrder, regularGrid } from "./index_sets.js";

export const RANGES = { length: [0.3, 30], ridge: [0, 10], share: [0, 1], seed: [0, 2 ** 31 - 1] };
export const PATTERNS = ["random", "grid", "local", "all", "none", "painted"];
export const OWN_IMAGE = "image";

// The state that strings describe, in the library of features; what is missing or makes no sense is
// taken from `fallback`, and drawn anew where the index set does not fit the feature.
export function parse(strings, library, fallback) {
  const state = { ...fallback };
  const image = parseImage(strings.image);
  if (image) state.image = image;
  if (library.has(strings.feature) || (image && strings.feature === OWN_IMAGE)) state.feature = strings.feature;
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = strings[name] === undefined ? NaN : Number(strings[name]);
    if (value >= low && value <= high) state[name] = value;
  }
  state.seed = Math.round(state.seed);
  if (PATTERNS.includes(strings.pattern)) state.pattern = strings.pattern;
  const { shape } = featureOf(state, library);
  const at = (strings.at ?? "").split(".").map(Number);
  if (at.length === 2 && shape.every((n, i) => Number.isInteger(at[i]) && at[i] >= 0 && at[i] < n)) state.at = at;
  return fitted(state, shape, unpackBits(strings.known ?? "", shape[0] * shape[1]));
}

// The state with the index set `known`, or a drawn one where that is null, and `at` inside the shape.
export function fitted(state, shape, known) {
  const at = shape.map((n, i) => Math.min(state.at?.[i] ?? Math.floor(n / 2), n - 1));
  const drawable = state.pattern === "painted" && !known ? { ...state, pattern: "random" } : state;
  return { ...drawable, at, known: known ?? drawn({ ...drawable, at }, shape) };
}

export function toStrings(state) {
  const strings = {
    feature: state.feature,
    length: String(state.length),
    ridge: String(state.ridge),
    share: String(state.share),
    pattern: state.pattern,
    seed: String(state.seed),
    at: state.at.join("."),
    known: packBits(state.known),
  };
  if (state.image) strings.image = [...state.image.shape, toBase64(state.image.bytes)].join(".");
  return strings;
}

// The feature of a state: { title, shape, values }; one's own image is part of the state.
export function featureOf(state, library) {
  return state.feature === OWN_IMAGE && state.image ? fromImage(state.image) : library.get(state.feature);
}

// Grey levels 0 to 255 as a feature: less their mean (completion.centred), the largest at 1. Where nothing
// is known nearby the prediction is 0, and levels are not around 0.
function fromImage({ shape, bytes }) {
  const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
  const largest = bytes.reduce((most, byte) => Math.max(most, Math.abs(byte - mean)), 0) || 1;
  return { title: "your image", shape, values: Float64Array.from(bytes, (byte) => (byte - mean) / largest) };
}

function parseImage(text) {
  const [height, width, code] = (text ?? "").split(".");
  const shape = [Number(height), Number(width)], bytes = fromBase64(code ?? "");
  const fits = shape.every((n) => Number.isInteger(n) && n >= 1 && n <= 64);
  return fits && bytes?.length === shape[0] * shape[1] ? { shape, bytes } : null;
}

// The index set (a 0 or 1 a pixel) that the pattern, the share and the seed give.
export function drawn({ pattern, share, seed, at, known }, shape) {
  const size = shape[0] * shape[1];
  const wanted = Math.min(size, Math.max(share > 0, Math.round(share * size)));
  const n = { none: 0, all: size }[pattern] ?? wanted;
  const result = new Uint8Array(size);
  if (n === 0) return result;
  if (pattern === "painted") return grownOrShrunk(known, n, randomOrder(shape, seed));
  const orders = { grid: () => regularGrid(shape, n), local: () => localOrder(shape, seed, at).slice(0, n) };
  const chosen = (orders[pattern] ?? (() => randomOrder(shape, seed).slice(0, n)))();
  chosen.forEach((i) => (result[i] = 1));
  return result;
}

// What was painted, with pixels added or taken away at random until n are known.
function grownOrShrunk(known, n, order) {
  const result = Uint8Array.from(known);
  let count = result.reduce((sum, bit) => sum + bit, 0);
  const grow = count < n;
  for (const i of grow ? order : order.reverse()) {
    if (count === n) break;
    if (result[i] !== Number(grow)) {
      result[i] = Number(grow);
      count += grow ? 1 : -1;
    }
  }
  return result;
}
