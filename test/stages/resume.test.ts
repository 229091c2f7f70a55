/** Trainings and evaluations that are stopped at any place and go on: the artifact is that of one that was left alone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DecodedImages } from '../../src/image/decoded-images.js';
import { USUAL_RESCALING } from '../../src/image/rescale.js';
import { BUILT_IN } from '../../src/nn/layer-kinds.js';
import { Interrupted } from '../../src/run/stage.js';
import { AugmentStage } from '../../src/stages/augment/stage.js';
import { EvaluateStage } from '../../src/stages/evaluate/stage.js';
import { IndexStage } from '../../src/stages/index/stage.js';
import type { TrainParameters } from '../../src/stages/train/definition.js';
import { TrainStage } from '../../src/stages/train/stage.js';
import { engineOf } from '../support/engines.js';
import { PARAMETERS } from '../support/recorded-stages.js';
import { MemorySavePoints, pictureSet, runStage, type StageRun } from '../support/stage-rig.js';

const dataset = await pictureSet(4);
const source = { kind: 'memory', name: 'noise' };
const indexOf = async (split: 'train' | 'val') =>
  (await runStage(new IndexStage(dataset), { dataset: source, split, limit: null })).output;
const [train, val] = [await indexOf('train'), await indexOf('val')];
const policy = { crop: 'random', mirror: true, colour: 'pca', colourSd: 0.1 } as const;
const augmentation = (await runStage(new AugmentStage(dataset), policy, { inputs: { index: train } })).output;
const engine = await engineOf('wasm');

interface Options {
  readonly interruptAt?: number;
  readonly savePoints?: MemorySavePoints;
}

/** With what has a memory: momentum, dropout, a rate that follows what is watched. */
const WATCHED: TrainParameters = {
  ...{ ...PARAMETERS, S: 40, epochs: 4, dropout: 0.5, watch: 'held-out', heldOut: 0.2 },
  schedule: { kind: 'plateau', metric: 'loss', patience: 1, minDelta: 0.5, factor: 0.5, drops: 3 },
};

const trained = (options: Options = {}) =>
  runStage(new TrainStage(dataset, engine, BUILT_IN, new DecodedImages(0)), WATCHED, {
    inputs: { index: train, augmentation },
    ...options,
  });

function filesOf({ output }: StageRun): Readonly<Record<string, string>> {
  return Object.fromEntries([...output.files].map(([name, bytes]) => [name, bytes.toString('base64')]));
}

test('a training that is stopped after any step goes on to the same artifact, and reports each number once', async () => {
  const alone = await trained();
  const steps = alone.progress.at(-1)![1];
  assert.ok(steps > 4);
  for (let at = 1; at < steps; at++) {
    const savePoints = new MemorySavePoints();
    await assert.rejects(trained({ interruptAt: at, savePoints }), Interrupted);
    assert.equal(savePoints.saved?.place, at);
    const rest = await trained({ savePoints });
    assert.deepEqual(filesOf(rest), filesOf(alone), `stopped after step ${at}`);
    const later = alone.metrics.filter(([key, , step]) => key === 'train_loss' && step >= at);
    assert.deepEqual(
      rest.metrics.filter(([key]) => key === 'train_loss'),
      later,
    );
  }
});

test('an evaluation that is stopped after any part goes on to the same artifact', async () => {
  const checkpoint = (await trained()).output;
  const evaluated = (options: Options = {}) =>
    runStage(
      new EvaluateStage(dataset, engine, BUILT_IN, new DecodedImages(0), 5),
      { Q: 48, method: 'dense', mirror: true, ...USUAL_RESCALING } as const,
      { inputs: { index: val, checkpoint }, ...options },
    );
  const alone = await evaluated();
  const places = [...new Set(alone.progress.map(([done]) => done))].filter((done) => done > 0 && done < 12);
  assert.ok(places.length > 2, places.join());
  for (const at of places) {
    const savePoints = new MemorySavePoints(5);
    await assert.rejects(evaluated({ interruptAt: at, savePoints }), Interrupted);
    // The images of its last five are told of before they are gathered.
    assert.equal(savePoints.saved?.place ?? 0, 5 * Math.floor((at - 1) / 5));
    assert.deepEqual(filesOf(await evaluated({ savePoints })), filesOf(alone), `stopped after image ${at}`);
  }
});
