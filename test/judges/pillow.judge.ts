/** Our decoding and rescaling against Pillow, on photographs. Run by `.ci/run`: IMAGES=DIR TORCH_PYTHON=python3. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { decode } from '../../src/image/decode.js';
import type { Pixels } from '../../src/image/pixels.js';
import { FILTERS, LONG_SIDES, rescale, type Rescaling, USUAL_RESCALING } from '../../src/image/rescale.js';

const JUDGE = fileURLToPath(new URL('../../../test/judges/pillow_judge.py', import.meta.url));
const python = process.env['TORCH_PYTHON'] ?? 'python3';

/** Images of each set; VOC's are of many aspect ratios. */
const FOLDERS = ['voc2007/JPEGImages', 'imagenette160/val/n01440764'];
const IMAGES_A_FOLDER = 60;

/** Reduced to less than half, reduced, kept, enlarged: the smallest sides are 160 px. */
const SIDES = [64, 96, 160, 256];

/** Mean difference of an image that is let pass, grey levels (design: Checks). */
const TOLERANCE = 1;

async function differences(
  side: number,
  change: (pixels: Pixels) => Pixels,
  rescaling = USUAL_RESCALING,
): Promise<number[]> {
  const root = process.env['IMAGES'];
  assert.ok(root, 'IMAGES names no folder');
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-judge-'));
  try {
    const cases: (Rescaling & { file: string; side: number; raw: string })[] = [];
    for (const name of FOLDERS) {
      for (const image of readdirSync(join(root, name)).sort().slice(0, IMAGES_A_FOLDER)) {
        const file = join(root, name, image);
        const raw = join(folder, `${cases.length}.raw`);
        writeFileSync(raw, change(await rescale(await decode(readFileSync(file)), side, rescaling)).data);
        cases.push({ file, side, raw, ...rescaling });
      }
    }
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
    return JSON.parse(
      execFileSync(python, [JUDGE, join(folder, 'cases.json')], { encoding: 'utf8' }),
    ) as number[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CASES = SIDES.flatMap((side) =>
  FILTERS.flatMap((filter) => LONG_SIDES.map((longSide) => ({ side, rescaling: { filter, longSide } }))),
);

for (const { side, rescaling } of CASES) {
  const { filter, longSide } = rescaling;
  test(`photographs rescaled to ${side} px are Pillow's within a grey level: ${filter}, long side by ${longSide}`, async (t) => {
    const found = await differences(side, (pixels) => pixels, rescaling);
    t.diagnostic(
      `mean ${(found.reduce((a, b) => a + b, 0) / found.length).toFixed(3)}, worst image ${Math.max(...found).toFixed(3)} grey levels`,
    );
    assert.equal(found.length, FOLDERS.length * IMAGES_A_FOLDER);
    assert.ok(Math.max(...found) < TOLERANCE);
  });
}

test('the judge sees images that are moved by a pixel', async () => {
  const moved = await differences(96, (pixels) => ({
    ...pixels,
    data: Uint8Array.from([...pixels.data.subarray(3), 0, 0, 0]),
  }));
  assert.ok(moved.every((difference) => difference >= TOLERANCE));
});
