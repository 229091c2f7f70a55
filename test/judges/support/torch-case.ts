/** A case given to PyTorch, and what it found. The interpreter that has torch is named by TORCH_PYTHON. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropoutMask } from '../../../src/nn/dropout.js';
import { streamKey } from '../../../src/util/random.js';
import { readNpy, writeNpy } from '../../../src/util/npy.js';
import { readSafetensors, writeSafetensors } from '../../../src/util/safetensors.js';
import { layersOf, type NumericCase, relativeDistance } from '../../support/numeric-case.js';

const JUDGE = fileURLToPath(new URL('../../../../test/judges/torch_judge.py', import.meta.url));

/** Python with torch and numpy. */
export const python = process.env['TORCH_PYTHON'] ?? 'python3';

/** What PyTorch found. */
export interface Judgement {
  readonly losses: readonly number[];
  readonly gradients: ReadonlyMap<string, { readonly data: Float32Array }>;
  /** Weights by the number of steps that they were trained. */
  readonly trained: ReadonlyMap<number, ReadonlyMap<string, { readonly data: Float32Array }>>;
  readonly scores: Float32Array;
}

/** How PyTorch is to train. */
export interface Course {
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  /** Numbers of steps to see the weights after. */
  readonly after: readonly number[];
  /** Whose momentum is meant where the rate changes; `torch` is PyTorch's own, which is not ours. */
  readonly form: 'caffe' | 'torch';
}

/** Where nothing else is said: one rate, and the weights after all steps. */
export function plainCourse({ rate, steps }: NumericCase): Course {
  return { rates: Array.from({ length: steps }, () => rate), after: [steps], form: 'caffe' };
}

export function judge(numeric: NumericCase, course = plainCourse(numeric)): Judgement {
  const { net, state, batch, labels, dense, training } = numeric;
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-judge-'));
  try {
    const images = (of: typeof batch) =>
      writeNpy({ shape: [of.count, of.height, of.width, 3], data: of.data });
    writeFileSync(join(folder, 'images.npy'), images(batch));
    writeFileSync(join(folder, 'dense.npy'), images(dense));
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(state.weights));
    const { momentum, weightDecay } = training;
    const description = {
      layers: layersOf(net),
      pooling: net.shape.pooling,
      labels: [...labels],
      momentum,
      weightDecay,
      ...course,
    };
    writeFileSync(join(folder, 'masks.safetensors'), writeSafetensors(masksOf(numeric, course.rates.length)));
    writeFileSync(join(folder, 'case.json'), JSON.stringify(description));
    execFileSync(python, [JUDGE, folder], { stdio: 'inherit' });
    return {
      losses: JSON.parse(readFileSync(join(folder, 'losses.json'), 'utf8')) as number[],
      gradients: readSafetensors(readFileSync(join(folder, 'gradients.safetensors'))),
      trained: new Map(
        course.after.map((steps) => [
          steps,
          readSafetensors(readFileSync(join(folder, `trained-${steps}.safetensors`))),
        ]),
      ),
      scores: readNpy(readFileSync(join(folder, 'scores.npy'))).data,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The masks of fc6 and fc7 at each step; PyTorch draws others, so it is given ours. */
function masksOf({ net, batch, training }: NumericCase, steps: number) {
  const key = streamKey(training.seed, 'dropout');
  const masks = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [layer, { name, parameters }] of net.layers.entries()) {
    if (parameters['hidden'] !== true) continue;
    const shape = [batch.count, Number(parameters['units'])] as const;
    for (let step = 0; step < steps; step++) {
      const data = dropoutMask(key, shape, training.dropout, { step, layer, firstRow: 0 });
      masks.set(`${name}/${step}`, { shape, data });
    }
  }
  return masks;
}

/** The worst relative distance of any parameter. */
export function worst(ours: ReadonlyMap<string, Float32Array>, theirs: Judgement['gradients']): number {
  return Math.max(...[...theirs].map(([name, { data }]) => relativeDistance(ours.get(name)!, data)));
}
