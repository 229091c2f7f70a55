/** Enlarging by filters of more than two neighbours: columns, then rows. */
import type { Pixels } from './pixels.js';

interface Filter {
  /** Neighbours on each side, px. */
  readonly radius: number;
  /** @param x distance from the centre, px */
  readonly weight: (x: number) => number;
}

const FILTERS = {
  /** Catmull and Rom (1974): Keys (1981) with a = -1/2. */
  bicubic: {
    radius: 2,
    weight: (x) => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  /** Lanczos' window of three lobes (Duchon 1979). */
  lanczos3: { radius: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
} satisfies Readonly<Record<string, Filter>>;

export type SmoothFilter = keyof typeof FILTERS;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Of each place of an enlarged side the neighbours inside the image, with weights that sum to 1. */
function taps({ radius, weight }: Filter, from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to;
    const first = Math.max(0, Math.ceil(centre - radius - 0.5));
    const last = Math.min(from - 1, Math.floor(centre + radius - 0.5));
    const raw = Array.from({ length: last - first + 1 }, (__, k) => weight(first + k + 0.5 - centre));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((w) => w / sum) };
  });
}

/** @param size no side smaller than the image's */
export function enlargeBy(
  filter: SmoothFilter,
  image: Pixels,
  { width, height }: { readonly width: number; readonly height: number },
): Pixels {
  const across = taps(FILTERS[filter], image.width, width);
  const down = taps(FILTERS[filter], image.height, height);
  const widened = new Float64Array(width * image.height * 3);
  for (let y = 0; y < image.height; y++)
    for (const [x, { first, weights }] of across.entries())
      for (let channel = 0; channel < 3; channel++)
        widened[(y * width + x) * 3 + channel] = weights.reduce(
          (sum, w, k) => sum + w * image.data[(y * image.width + first + k) * 3 + channel]!,
          0,
        );
  // Lobes below 0 can lead out of the grey levels.
  const data = new Uint8ClampedArray(width * height * 3);
  const line = width * 3;
  for (const [y, { first, weights }] of down.entries())
    for (let i = 0; i < line; i++)
      data[y * line + i] = weights.reduce((sum, w, k) => sum + w * widened[(first + k) * line + i]!, 0);
  return { width, height, data: new Uint8Array(data.buffer) };
}
