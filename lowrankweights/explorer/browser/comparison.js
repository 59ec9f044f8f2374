// Numbers that compare a prediction with its feature, and how they are written.

// How a prediction differs from the feature; a correlation with something constant is null.
export function compare(values, predicted, known) {
  const error = predicted.map((p, i) => p - values[i]);
  const mean = (xs) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const [mw, mp] = [mean(values), mean(predicted)];
  const covariance = mean(values.map((x, i) => (x - mw) * (predicted[i] - mp)));
  const spread = Math.sqrt(mean(values.map((x) => (x - mw) ** 2)) * mean(predicted.map((p) => (p - mp) ** 2)));
  const squared = error.map((e) => e * e), unknown = squared.filter((_, i) => !known[i]);
  return {
    predicted,
    error,
    correlation: spread > 1e-15 ? covariance / spread : null,
    rmse: Math.sqrt(mean(squared)),
    unknownRmse: unknown.length ? Math.sqrt(mean(unknown)) : null,
    largest: error.reduce((most, e) => Math.max(most, Math.abs(e)), 0),
  };
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
