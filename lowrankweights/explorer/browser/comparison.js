// Numbers that compare a prediction with its feature, and how they are written.

const CONSTANT = 1e-12; // as in dictionaries/completion.py

// How a prediction differs from the feature.
export function compare(values, predicted, known) {
  const error = predicted.map((p, i) => p - values[i]);
  const isUnknown = (_, i) => !known[i];
  const squared = error.map((e) => e * e), unknown = squared.filter(isUnknown);
  return {
    predicted,
    error,
    correlation: correlation(values.filter(isUnknown), predicted.filter(isUnknown)),
    rmse: Math.sqrt(mean(squared)),
    unknownRmse: unknown.length ? Math.sqrt(mean(unknown)) : null,
    largest: largestOf(error),
  };
}

// Of the unknown weights with their prediction, as completion.correlation; null where no correlation
// exists: one of the two is constant, or nothing is unknown.
function correlation(values, predicted) {
  const [a, b] = [values, predicted].map(deviations);
  if (!a || !b) return null;
  const sum = (xs, ys) => xs.reduce((total, x, i) => total + x * ys[i], 0);
  return sum(a, b) / Math.sqrt(sum(a, a) * sum(b, b));
}

// Numbers less their mean, the largest at 1; null where they vary by no more than rounding.
function deviations(xs) {
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  if (!(high - low > CONSTANT * largestOf(xs))) return null;
  const centre = mean(xs), centred = xs.map((x) => x - centre), largest = largestOf(centred);
  return centred.map((x) => x / largest);
}

function mean(xs) {
  return xs.reduce((sum, x) => sum + x, 0) / xs.length;
}

function largestOf(xs) {
  return xs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

export function count(bits) {
  return bits.reduce((sum, bit) => sum + bit, 0);
}

// Two digits, written out up to a million.
export function rounded(x) {
  return x < 1e6 ? Number(x.toPrecision(2)).toLocaleString("en-GB") : x.toExponential(1);
}

export function signed(x) {
  return (x < 0 ? "−" : "") + Math.abs(x).toFixed(2);
}
