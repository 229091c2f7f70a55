/** From image files to batches, timed beside PyTorch's DataLoader: options in, words out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jpegsBelow, makeJpegs, measurePipeline, type PipelineResult } from '../measure/measure-pipeline.js';
import type { Invocation } from './invocation.js';
import { wholeNumber } from './net-options.js';

/** Of a pass. */
const IMAGES = 512;

export async function benchPipeline({ values }: Invocation): Promise<number> {
  const number = (name: string, usual: number, least: number, most = 10_000) =>
    wholeNumber(name, String(values[name] ?? usual), least, most);
  const crop = number('crop', 224, 32);
  const smallest = number('px', 256, crop);
  const batch = number('batch', 64, 1, IMAGES);
  const scratch = await mkdtemp(join(tmpdir(), 'stagecraft-bench-'));
  try {
    const folder = values['images'];
    const files =
      folder === undefined
        ? await makeJpegs(scratch, IMAGES)
        : await jpegsBelow(resolve(String(folder)), batch, IMAGES);
    const result = await measurePipeline(
      {
        ...{ files, crop, batch },
        smallestSide: [smallest, number('long', 2 * smallest, smallest)],
        threads: availableParallelism(),
        repeats: number('repeats', 3, 1),
      },
      { python: values['torch'] as string | undefined, rounds: number('rounds', 3, 1, 100) },
    );
    console.log(values['json'] === true ? JSON.stringify(result, null, 2) : inWords(result));
    return 0;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function inWords({ work, ours, peer, ratio }: PipelineResult): string {
  const { images, smallestSide, crop, batch, threads } = work;
  const lines = [
    `files to batches: ${images} images, smallest side ${smallestSide.join('..')} px, crop ${crop}, batches of ${batch}, ${threads} threads`,
    `  ${sideInWords('ours', ours)}`,
  ];
  if (peer) lines.push(`  ${sideInWords('PyTorch', peer)}`, `  ours over PyTorch's: ${ratio!.toFixed(2)}`);
  return lines.join('\n');
}

function sideInWords(name: string, side: PipelineResult['ours']): string {
  return `${name.padEnd(8)} ${side.imagesPerSecond.toFixed(0)} images a second, ${side.bestSeconds.toFixed(2)} s a pass (best of ${side.repeats}; ${side.library})`;
}
