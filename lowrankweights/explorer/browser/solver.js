// Kernel ridge prediction on a pixel grid, in double precision (paper, section 3.1):
//
//   w = U w_alpha,  U = k_alpha^T (K_alpha + ridge I)^-1,  k(i, j) = exp(-|i - j|^2 / (2 length^2)).
//
// The same numbers as dictionaries.kernel_ridge and predictive_variance. A pixel is an index
// row * width + column; matrices are row-major Float64Arrays. Multiplications are given for n known
// pixels of N.

const MAX_CONDITION = 1e12; // as in dictionaries.py

// K_alpha + ridge I = L L^T, its condition number, and what the other functions need.
// `singular` is true where the system is singular to working precision; then nothing may be asked of it.
export function factorise(shape, alpha, length, ridge) {
  const [height, width] = shape;
  const system = { shape, alpha, ridge, n: alpha.length };
  // the squared exponential is a product of one factor of the rows' distance and one of the columns'
  system.byRow = profile(height, length);
  system.byColumn = profile(width, length);
  system.rows = Int32Array.from(alpha, (i) => Math.floor(i / width));
  system.columns = Int32Array.from(alpha, (i) => i % width);
  system.L = new Float64Array(system.n ** 2); // its lower triangle, row by row
  for (let a = 0; a < system.n; a++) {
    system.L.set(columnOf(system, alpha[a]), a * system.n);
    system.L[a * system.n + a] += ridge;
  }
  system.condition = cholesky(system.L, system.n) ? conditionNumber(system) : Infinity;
  system.singular = system.condition > MAX_CONDITION;
  return system;
}

// w_hat (N): the feature predicted from its known weights.
export function predict(system, wAlpha) {
  // c = (K_alpha + ridge I)^-1 w_alpha, w_hat = k_alpha^T c
  return spread(system, solve(system, wAlpha));
}

// Column a of U (N): what the known weight number a adds to every weight.
export function atom(system, a) {
  const unit = new Float64Array(system.n);
  unit[a] = 1;
  return spread(system, solve(system, unit));
}

// Row i of U (n): how the known weights are mixed to predict weight i.
export function mixture(system, i) {
  return solve(system, columnOf(system, i));
}

// var_i = k(i, i) - k_i^T (K_alpha + ridge I)^-1 k_i, (N); n^3 / 6 + (N - n) n^2 / 2 multiplications.
export function variance(system) {
  const { n, alpha, ridge, shape } = system;
  const M = invertLower(system.L, n);
  const result = new Float64Array(shape[0] * shape[1]).fill(-1);
  // At a known pixel k_i is a column of A = K_alpha + ridge I, less ridge e_i, so that
  // var_i = ridge - ridge^2 (A^-1)_ii, and A^-1 = M^T M with M = L^-1.
  for (let a = 0; a < n; a++) {
    let diagonal = 0;
    for (let b = a; b < n; b++) diagonal += M[b * n + a] ** 2;
    result[alpha[a]] = Math.max(ridge - ridge ** 2 * diagonal, 0);
  }
  // elsewhere var_i = 1 - |M k_i|^2, four pixels at a time: each entry of M is read once for the four
  const others = [...result.keys()].filter((i) => result[i] < 0);
  for (let start = 0; start < others.length; start += 4) {
    const four = [0, 1, 2, 3].map((j) => others[Math.min(start + j, others.length - 1)]);
    const explained = squaredLengths(M, n, ...four.map((i) => columnOf(system, i)));
    four.forEach((i, j) => (result[i] = Math.max(1 - explained[j], 0)));
  }
  return result;
}

function profile(n, length) {
  return Float64Array.from({ length: n }, (_, d) => Math.exp(-0.5 * (d / length) ** 2));
}

// k_i: the kernel between pixel i and the known ones, (n)
function columnOf({ shape, n, rows, columns, byRow, byColumn }, i) {
  const row = Math.floor(i / shape[1]), column = i % shape[1];
  const k = new Float64Array(n);
  for (let a = 0; a < n; a++) k[a] = byRow[Math.abs(row - rows[a])] * byColumn[Math.abs(column - columns[a])];
  return k;
}

// k_alpha^T c, (N): c on its pixels, blurred along the rows, then along the columns.
function spread({ shape: [height, width], alpha, byRow, byColumn }, c) {
  const across = new Float64Array(height * width);
  alpha.forEach((i, a) => {
    const first = i - (i % width);
    for (let x = 0; x < width; x++) across[first + x] += c[a] * byColumn[Math.abs(x - (i - first))];
  });
  const result = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let z = 0; z < height; z++) {
      const k = byRow[Math.abs(y - z)];
      for (let x = 0; x < width; x++) result[y * width + x] += k * across[z * width + x];
    }
  }
  return result;
}

// Overwrites the lower triangle of A with L; false if a pivot is lost in rounding. n^3 / 6 multiplications.
function cholesky(A, n) {
  let largest = 0;
  for (let j = 0; j < n; j++) largest = Math.max(largest, A[j * n + j]);
  for (let j = 0; j < n; j++) {
    const J = j * n;
    let pivot = A[J + j];
    for (let m = 0; m < j; m++) pivot -= A[J + m] * A[J + m];
    if (!(pivot > 4 * Number.EPSILON * n * largest)) return false;
    const root = (A[J + j] = Math.sqrt(pivot));
    // L_ij = (A_ij - sum_m L_im L_jm) / L_jj, two rows i at a time
    for (let i = j + 1; i < n; i += 2) {
      const I = i * n;
      const next = i + 1 < n ? I + n : I;
      let s = 0, t = 0;
      for (let m = 0; m < j; m++) {
        s += A[I + m] * A[J + m];
        t += A[next + m] * A[J + m];
      }
      const below = (A[next + j] - t) / root;
      A[I + j] = (A[I + j] - s) / root;
      if (next !== I) A[next + j] = below;
    }
  }
  return true;
}

// (L L^T)^-1 b
function solve({ L, n }, b) {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let s = x[i];
    for (let m = 0; m < i; m++) s -= L[i * n + m] * x[m];
    x[i] = s / L[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= L[i * n + i];
    for (let m = 0; m < i; m++) x[m] -= L[i * n + m] * x[i];
  }
  return x;
}

// M = L^-1, lower triangular, row by row: M_i = (e_i - sum_m L_im M_m) / L_ii.
function invertLower(L, n) {
  const M = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const I = i * n;
    for (let m = 0; m < i; m++) {
      const l = L[I + m];
      for (let c = 0; c <= m; c++) M[I + c] -= l * M[m * n + c];
    }
    for (let c = 0; c < i; c++) M[I + c] /= L[I + i];
    M[I + i] = 1 / L[I + i];
  }
  return M;
}

// |M p|^2 of four vectors p.
function squaredLengths(M, n, p, q, r, s) {
  let P = 0, Q = 0, R = 0, S = 0;
  for (let i = 0; i < n; i++) {
    const I = i * n;
    let a = 0, b = 0, c = 0, d = 0;
    for (let m = 0; m <= i; m++) {
      const entry = M[I + m];
      a += entry * p[m];
      b += entry * q[m];
      c += entry * r[m];
      d += entry * s[m];
    }
    P += a * a;
    Q += b * b;
    R += c * c;
    S += d * d;
  }
  return [P, Q, R, S];
}

// Largest over smallest eigenvalue of L L^T, by a few power iterations each way: a little too small.
function conditionNumber(system) {
  const { n } = system;
  if (n === 0) return 1;
  const ones = new Float64Array(n).fill(1); // K has no negative entry: close to the first eigenvector
  const rough = Float64Array.from(ones, (_, i) => ((i * 0.618034) % 1) - 0.5);
  return growth((x) => multiply(system, x), ones) * growth((x) => solve(system, x), rough);
}

function growth(map, x) {
  let rate = 1;
  for (let k = 0; k < 8; k++) {
    const size = Math.hypot(...x) || 1;
    x = map(x.map((entry) => entry / size));
    rate = Math.hypot(...x);
  }
  return rate;
}

// L L^T x
function multiply({ L, n }, x) {
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let m = 0; m <= i; m++) y[m] += L[i * n + m] * x[i];
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let m = 0; m <= i; m++) z[i] += L[i * n + m] * y[m];
  return z;
}
