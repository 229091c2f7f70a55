/** Runs stages without store, worker or parent: artifacts in memory, reports recorded. */
import type { DatasetSource } from '../../src/data/dataset.js';
import type { ArtifactReader, Stage } from '../../src/run/stage.js';
import type { SavePoint, SavePoints } from '../../src/run/save-points.js';
import { readSafetensors, writeSafetensors } from '../../src/util/safetensors.js';
import { MemoryDataset } from './memory-dataset.js';
import { noise, png } from './pictures.js';

export class MemoryArtifact {
  readonly files = new Map<string, Buffer>();

  read(file: string): Promise<Uint8Array> {
    const bytes = this.files.get(file);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no file ${file}`));
  }

  /** In parts that end anywhere. */
  async *readParts(file: string): AsyncIterable<Uint8Array> {
    const bytes = await this.read(file);
    for (let at = 0; at < bytes.length; at += 101) yield bytes.subarray(at, at + 101);
  }

  write(file: string, bytes: Uint8Array | string): Promise<void> {
    this.files.set(file, Buffer.from(bytes as Uint8Array));
    return Promise.resolve();
  }

  text(file: string): string {
    return this.files.get(file)!.toString('utf8');
  }
}

export interface StageRun {
  readonly output: MemoryArtifact;
  readonly metrics: [key: string, value: number, step: number][];
  readonly progress: [done: number, total: number, unit: string][];
}

/** What a run may be given beside its parameters. */
export interface StageRunOptions {
  readonly inputs?: Readonly<Record<string, ArtifactReader | readonly ArtifactReader[]>>;
  /** The run is interrupted once this much progress was reported. */
  readonly interruptAt?: number;
  readonly savePoints?: SavePoints;
  readonly source?: DatasetSource;
  /** Of weights, absolute. */
  readonly file?: string;
}

/** The latest, as it would be read from a disk. */
export class MemorySavePoints implements SavePoints {
  saved: SavePoint | undefined;
  readonly #every: number;

  /** @param every steps or images */
  constructor(every = Infinity) {
    this.#every = every;
  }

  latest(): Promise<SavePoint | undefined> {
    return Promise.resolve(this.saved);
  }

  isDue(place: number): boolean {
    return place % this.#every === 0;
  }

  save({ place, facts, arrays }: SavePoint): Promise<void> {
    const read = readSafetensors(writeSafetensors(arrays));
    this.saved = { place, facts: JSON.parse(JSON.stringify(facts)) as unknown, arrays: read };
    return Promise.resolve();
  }
}

export async function runStage<P>(
  stage: Stage<P>,
  parameters: P,
  options: StageRunOptions = {},
): Promise<StageRun> {
  const run: StageRun = { output: new MemoryArtifact(), metrics: [], progress: [] };
  const interrupt = new AbortController();
  const inputs = Object.entries(options.inputs ?? {}).map(
    ([role, readers]) => [role, [readers].flat()] as const,
  );
  await stage.run({
    parameters,
    inputs: Object.fromEntries(inputs),
    output: run.output,
    source: options.source ?? { kind: 'memory', name: 'noise' },
    ...(options.file !== undefined && { file: options.file }),
    reporter: {
      progress: (...report) => {
        run.progress.push(report);
        if (report[0] === options.interruptAt) interrupt.abort();
      },
      metric: (...metric) => run.metrics.push(metric),
    },
    signal: interrupt.signal,
    ...(options.savePoints && { savePoints: options.savePoints }),
  });
  return run;
}

/** Pictures of three classes told apart by their brightness, of two shapes or one, in both splits. */
export async function pictureSet(
  perClass: number,
  shape?: readonly [width: number, height: number],
): Promise<MemoryDataset> {
  const split = async (offset: number) => {
    const images = new Map<string, Uint8Array>();
    for (const [label, name] of ['dark', 'grey', 'light'].entries()) {
      for (let i = 0; i < perClass; i++) {
        const [width, height] = shape ?? (i % 2 === 0 ? [48, 40] : [40, 56]);
        const picture = noise(width, height, offset + 100 * label + i);
        images.set(
          `${name}/${i}.png`,
          await png({ ...picture, data: picture.data.map((v) => v / 4 + 90 * label) }),
        );
      }
    }
    return images;
  };
  return new MemoryDataset({ train: await split(0), val: await split(1000) });
}
