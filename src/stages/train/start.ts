/** Where a training starts: weights drawn, or some of them taken from a trained net, with the input that they are used to. */
import { type Augmentation, pixelDeviation } from '../../image/augmentation.js';
import type { Normalisation } from '../../image/batch.js';
import { type Checkpoint, readCheckpoint } from '../../nn/checkpoint.js';
import type { Net } from '../../nn/net.js';
import { initialise, type NetState } from '../../nn/net-state.js';
import { describeMisfit, misfits, shapesOf, transfer } from '../../nn/transfer.js';
import { type ArtifactReader, TaskError } from '../../run/stage.js';
import { seedAfter } from '../../util/random.js';
import type { TrainParameters } from './definition.js';

export interface Start {
  /** The numbers to start from; once, so that they are not held beside those on the device. */
  readonly takeState: () => NetState;
  readonly normalisation: Normalisation;
  /** Layers that were taken from the trained net, in the order of the net. */
  readonly copied: readonly string[];
  /** Trainings behind the net that was taken from; 0 where all is drawn. */
  readonly trainings: number;
  /** Of all that this training draws. */
  readonly seed: number;
}

/**
 * @param init the trained net's artifact, if the training starts from one
 * @throws TaskError if a layer does not fit or the classes are others
 */
export async function startOf(
  net: Net,
  { initialisation, seed, initLayers = 'all' }: TrainParameters,
  given: {
    readonly augmentation: Augmentation;
    readonly classes: readonly string[];
    readonly init: ArtifactReader | undefined;
  },
): Promise<Start> {
  const { augmentation, classes, init } = given;
  // He's initialisation wants inputs of about unit variance; sd 0.01 wants grey levels (see `nn/net-state.ts`).
  const deviation = pixelDeviation(augmentation);
  if (initialisation === 'he' && !(deviation > 0))
    throw new TaskError('The training images are all of one colour, so there is nothing to learn from them.');
  const scale = initialisation === 'he' ? 1 / deviation : 1;
  const own: Normalisation = { meanRgb: augmentation.meanRgb, scale };
  if (!init)
    return {
      takeState: once(initialise(net, initialisation, seed)),
      ...{ normalisation: own, copied: [], trainings: 0, seed },
    };
  const source = await readCheckpoint(init);
  checkFits(net, source, classes, initLayers);
  const { trainings = 1 } = source.description;
  const ownSeed = seedAfter(seed, trainings);
  const drawn = initialise(net, initialisation, ownSeed);
  const { state, copied } = transfer(drawn, source.weights, initLayers);
  const { mean, inputScale } = source.description;
  // What convolutions were trained on goes with them.
  const normalisation = initLayers === 'fc' ? own : { meanRgb: mean, scale: inputScale };
  return { takeState: once(state), normalisation, copied, trainings, seed: ownSeed };
}

function once(state: NetState): () => NetState {
  let held: NetState | undefined = state;
  return () => {
    const taken = held;
    held = undefined;
    if (!taken) throw new Error('Internal error: the state was taken before');
    return taken;
  };
}

function checkFits(
  net: Net,
  { description, weights }: Checkpoint,
  classes: readonly string[],
  which: NonNullable<TrainParameters['initLayers']>,
): void {
  const from = new Map([...weights].map(([name, { shape }]) => [name, shape] as const));
  const [misfit] = misfits(from, shapesOf(net), which);
  if (misfit)
    throw new TaskError(
      `Net ${net.shape.net} cannot start from net ${description.shape.net}: ${describeMisfit(misfit)}. Take other "layers" under "init", or train both at the same width, crop and classes.`,
    );
  const other = classes.find((name, i) => description.classes[i] !== name);
  if (other !== undefined)
    throw new TaskError(
      `Net ${net.shape.net} cannot start from net ${description.shape.net}: its class "${other}" stands at another place there or not at all, so the last layer would mean something else.`,
    );
}
