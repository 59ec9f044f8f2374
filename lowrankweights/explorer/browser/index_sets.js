// Index sets: which pixels of a grid are known. The same seed always gives the same set, and sets of
// one seed are nested: a larger proportion keeps the pixels of the smaller one.

// Numbers in (0, 1) from a seed ("mulberry32").
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

// Pixels in the order in which they become known: with weights, the likelier ones earlier.
// Drawing without replacement is sorting by log(u) / weight (Efraimidis and Spirakis, 2006).
function drawOrder(weights, seed) {
  const next = uniform(seed);
  const keys = weights.map((weight) => Math.log(next()) / weight);
  return [...keys.keys()].sort((i, j) => keys[j] - keys[i]);
}

export function randomOrder([height, width], seed) {
  return drawOrder(new Array(height * width).fill(1), seed);
}

// "High resolution in a local area" (paper, section 3.4): dense around a pixel, sparse elsewhere.
export function localOrder([height, width], seed, [row, column]) {
  const spread = 0.16 * Math.max(height, width);
  const weight = (_, i) => {
    const squared = (Math.floor(i / width) - row) ** 2 + ((i % width) - column) ** 2;
    return Math.exp(-squared / (2 * spread ** 2)) + 0.02;
  };
  return drawOrder(Array.from({ length: height * width }, weight), seed);
}

// A regular grid of about n pixels, as close to square cells as it goes.
export function regularGrid([height, width], n) {
  let best = { score: Infinity };
  for (let down = 1; down <= height; down++) {
    const across = Math.min(width, Math.max(1, Math.round(n / down)));
    const stretched = Math.abs(Math.log((height * across) / (down * width)));
    const score = Math.abs(down * across - n) / n + 0.5 * stretched;
    if (score < best.score) best = { score, down, across };
  }
  const places = (count, size) => Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * size) / count));
  const columns = places(best.across, width);
  return places(best.down, height).flatMap((row) => columns.map((column) => row * width + column));
}
