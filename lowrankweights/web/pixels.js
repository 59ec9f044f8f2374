// What the pages share: elements, colours, pictures made of pixels, and numbers written as text.

// Blue is negative, red positive, white zero: plotting.DIVERGING. Uncertainty goes from white to violet.
const DIVERGING = ["#08306B", "#2B7BBA", "#A6CCE3", "#FFFFFF", "#F9B995", "#D6503B", "#67000D"];
const SEQUENTIAL = ["#FFFFFF", "#DFDAEC", "#B6AFD5", "#857BB8", "#57398F", "#2D0A55"];
export const diverging = colourMap(DIVERGING);
export const sequential = colourMap(SEQUENTIAL);

// The function that takes x in [0, 1] to [red, green, blue], straight between the given colours.
function colourMap(hexes) {
  const stops = hexes.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  return (x) => {
    const place = Math.min(Math.max(x, 0), 1) * (stops.length - 1);
    const k = Math.min(Math.floor(place), stops.length - 2);
    return stops[k].map((from, i) => from + (place - k) * (stops[k + 1][i] - from));
  };
}

// An element: attributes that are functions become listeners, other properties attributes.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// Draws values (height * width) with one canvas pixel each; where `shown` is 0 the page shows through.
export function drawPixels(canvas, values, [height, width], colour, low, high, shown) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = colour((values[i] - low) / (high - low || 1));
    image.data.set([red, green, blue, !shown || shown[i] ? 255 : 0], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The same for values of three channels, as colours around mid-grey.
export function drawColours(canvas, values, [height, width], scale, shown) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  const level = (x) => 127.5 + (127.5 * x) / scale; // the array clips
  for (let i = 0; i < height * width; i++) {
    image.data.set([...values.subarray(3 * i, 3 * i + 3)].map(level), 4 * i);
    image.data[4 * i + 3] = !shown || shown[i] ? 255 : 0;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// A strip with the colours from low to high and its end labels.
export function colourBar(colour, low, high) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  drawPixels(canvas, Float64Array.from({ length: 64 }, (_, i) => i / 63), [1, 64], colour, 0, 1);
  const ends = [low, high].map((text) => element("span", {}, text));
  return element("div", { class: "bar" }, ends[0], canvas, ends[1]);
}

// A labelled range input with its value beside it. `read` takes the position to the value, `write` back.
export function slider({ label, hint, min, max, step, read, write, show, change }) {
  const id = `lrw-${(slidersMade += 1)}`;
  const input = element("input", { type: "range", id, min, max, step, title: hint });
  const shown = element("span", { class: "value", "aria-hidden": "true" });
  const set = (value, text = show(value)) => {
    if (document.activeElement !== input || Math.abs(read(input.value) - value) > 1e-12) input.value = write(value);
    shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => change(read(input.value)));
  return { node: element("div", { class: "slider" }, element("label", { for: id }, label), shown, input), set };
}
let slidersMade = 0;

// One of several: buttons of which one is pressed.
export function choices(label, options, choose) {
  const buttons = Object.entries(options).map(([value, text]) =>
    element("button", { type: "button", "data-value": value, click: () => choose(value) }, text));
  const set = (chosen) => buttons.forEach((b) => b.setAttribute("aria-pressed", b.dataset.value === chosen));
  return { node: element("div", { class: "choices", role: "group", "aria-label": label }, ...buttons), set };
}

// A notebook says whether it is dark by itself, whatever the system prefers.
export function followNotebookTheme(node) {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) node.dataset.theme = jpThemeLight === "true" ? "light" : "dark";
  else if (vscodeThemeKind) node.dataset.theme = vscodeThemeKind.includes("light") ? "light" : "dark";
}

// A page's state, a flat object of strings, in the address after the #.
export function addressStore() {
  const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const write = (strings) => history.replaceState(null, "", `#${new URLSearchParams(strings)}`);
  return { read, write, listen: (changed) => addEventListener("hashchange", () => changed(read())) };
}

// Numbers of float16, little-endian, in base64: encode_float16 in Python.
export function decodeFloat16(text) {
  const bytes = fromBase64(text);
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => half(bytes[2 * i] | (bytes[2 * i + 1] << 8)));
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}

// A bit a pixel, eight a byte, in URL-safe base64: encode_bits in Python.
export function packBits(bits) {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (bytes[i >> 3] |= bit ? 128 >> (i & 7) : 0));
  return toBase64(bytes);
}

// The n bits of `text`; null where it is not the text of n bits.
export function unpackBits(text, n) {
  const bytes = fromBase64(text);
  if (!bytes || bytes.length !== Math.ceil(n / 8)) return null;
  return Uint8Array.from({ length: n }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The bytes of base64, plain or URL-safe; null where it is neither.
export function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}
