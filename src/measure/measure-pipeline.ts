/** The way from image files to batches, ours and that of PyTorch's DataLoader by turns. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { UserError } from '../util/user-error.js';
import { byTurns, type Side, sideOf, type Turns } from './by-turns.js';
import type { NetTimes } from './net-work.js';
import type { PipelineWork } from './pipeline-work.js';

export interface PipelineResult {
  readonly work: Omit<PipelineWork, 'files'> & { readonly images: number };
  readonly ours: Side & { readonly imagesPerSecond: number };
  readonly peer: (Side & { readonly imagesPerSecond: number }) | null;
  /** Our best time over the peer's. */
  readonly ratio: number | null;
}

/** @throws UserError if there is no such Python, or no PyTorch in it */
export async function measurePipeline(work: PipelineWork, turns: Turns): Promise<PipelineResult> {
  const read = (message: unknown) => message as NetTimes;
  const measured = { work, program: 'pipeline-process.js', read, peer: 'torch_pipeline.py' };
  const { ours, peers } = await byTurns(measured, turns);
  // What does not fill a batch is left out on both sides.
  const images = work.files.length - (work.files.length % work.batch);
  const withSpeed = (side: Side) => ({ ...side, imagesPerSecond: images / side.bestSeconds });
  const [own, peer] = [withSpeed(sideOf(ours)), peers.length > 0 ? withSpeed(sideOf(peers)) : null];
  const { files: _, ...rest } = work;
  return { work: { ...rest, images }, ours: own, peer, ratio: peer && own.bestSeconds / peer.bestSeconds };
}

/** JPEG files below a folder, the first `most` by name. @throws UserError if there are fewer than `least` */
export async function jpegsBelow(folder: string, least: number, most: number): Promise<readonly string[]> {
  const all = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new UserError(`--images ${folder}: ${(error as Error).message}`);
  });
  const files = all.filter((name) => /\.jpe?g$/i.test(name)).sort();
  if (files.length < least)
    throw new UserError(`--images ${folder}: ${files.length} JPEG files, but ${least} are needed.`);
  return files.slice(0, most).map((name) => join(folder, name));
}

/** Size of most of ILSVRC's photographs, px. */
const [WIDTH, HEIGHT] = [500, 375] as const;

/** Soft shapes and some grain compress and decode about as photographs do: some 50 kB each. */
export async function makeJpegs(folder: string, count: number): Promise<readonly string[]> {
  const files = Array.from({ length: count }, (_, n) => join(folder, `${String(n).padStart(4, '0')}.jpg`));
  for (const [n, file] of files.entries()) {
    const data = Buffer.alloc(WIDTH * HEIGHT * 3);
    let at = 0;
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        for (let channel = 0; channel < 3; channel++) {
          const wave = Math.sin((x * (n + 3)) / 97 + channel) + Math.cos((y * (n + 5)) / 83 - channel);
          const grain = ((x * 7919 + y * 104729 + n * 1299709) % 61) - 30;
          data[at++] = 128 + 45 * wave + grain / 2;
        }
    await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .jpeg({ quality: 90 })
      .toFile(file);
  }
  return files;
}
