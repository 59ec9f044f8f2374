// One's own image as a small grid of grey levels.

export const LONGEST = 28; // pixels of the longer side, as in images.py
const LARGEST_CANVAS = 1024;

// { shape, bytes, note } of an image file; throws an Error whose message is for the user.
export async function readImage(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`${file.name} is no image that this browser can read: take a PNG, JPEG, GIF or WebP file.`);
  }
  const scale = LONGEST / Math.max(bitmap.width, bitmap.height);
  const shape = [bitmap.height, bitmap.width].map((n) => Math.max(1, Math.round(n * scale)));
  const { data, width, height } = greyPixels(bitmap);
  const bytes = Uint8Array.from(shrink(data, [height, width], shape), Math.round);
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new Error(`${file.name} has the same grey everywhere: there is nothing to predict in it.`);
  }
  const note = `${file.name}: ${bitmap.height} × ${bitmap.width} pixels (height × width), ` +
    "in grey, on white where transparent, " +
    `resampled to ${shape[0]} × ${shape[1]}.`;
  return { shape, bytes, note };
}

// Luma of every pixel on a white ground, at most LARGEST_CANVAS wide and high.
function greyPixels(bitmap) {
  const scale = Math.min(1, LARGEST_CANVAS / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale)), height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const luma = (_, i) => 0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
  return { data: Float64Array.from({ length: width * height }, luma), width, height };
}

// Averages over areas, first down the columns, then along the rows; enlarging repeats pixels.
function shrink(data, [height, width], [rows, columns]) {
  const down = shares(height, rows), across = shares(width, columns);
  const result = new Float64Array(rows * columns);
  down.forEach((ys, r) => across.forEach((xs, c) => {
    const cell = r * columns + c;
    for (const [y, share] of ys) for (const [x, part] of xs) result[cell] += share * part * data[y * width + x];
  }));
  return result;
}

// For each of n cells the pixels of a line of `length` that it covers, each with its share of the cell.
function shares(length, n) {
  return Array.from({ length: n }, (_, k) => {
    const from = (k * length) / n, to = ((k + 1) * length) / n, cell = [];
    for (let i = Math.floor(from); i < Math.min(Math.ceil(to - 1e-9), length); i++) {
      cell.push([i, (Math.min(i + 1, to) - Math.max(i, from)) / (to - from)]);
    }
    return cell;
  });
}
