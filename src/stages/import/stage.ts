import { basename } from 'node:path';
import type { CheckpointDescription, ImportedFrom } from '../../nn/checkpoint.js';
import type { LayerKinds } from '../../nn/layer-kinds.js';
import { buildNet, type NetShape } from '../../nn/net.js';
import { builtInLayers } from '../../nn/nets.js';
import { type Conventions, CONVENTIONS } from '../../nn/weights/conventions.js';
import { fileDigests, type FileState, fileState } from '../../nn/weights/file-digests.js';
import { fitLayers, readInto } from '../../nn/weights/fit.js';
import { ILSVRC2012_CLASSES } from '../../nn/weights/ilsvrc2012-classes.js';
import { inFile, openWeights } from '../../nn/weights/open-weights.js';
import { type Release, releaseOf } from '../../nn/weights/releases.js';
import type { WeightsFile } from '../../nn/weights/weights-file.js';
import { type ArtifactWriter, breathe, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { checkpointFiles } from '../../nn/checkpoint.js';
import type { ImportParameters } from './definition.js';

export class ImportStage extends Stage<ImportParameters> {
  readonly kind = 'import';
  readonly #layerKinds: LayerKinds;

  constructor(layerKinds: LayerKinds) {
    super();
    this.#layerKinds = layerKinds;
  }

  async run({ parameters, file, output, reporter, signal }: StageTask<ImportParameters>): Promise<void> {
    if (file === undefined) throw new Error('Internal error: an import was given no file');
    const before = await fileState(file);
    const digests = await fileDigests(file, signal);
    const { sha256, net } = parameters;
    if (sha256 !== undefined && digests.sha256 !== sha256)
      throw new TaskError(
        `${file} has the SHA-256 ${digests.sha256}, not ${sha256} as the spec says. It is another file, or it is cut short.`,
      );
    const release = releaseOf(digests);
    if (release && release.net !== net)
      throw new TaskError(`${file} is ${release.name}, which is net ${release.net}, not ${net}.`);
    const opened = await openWeights(file);
    try {
      await this.#import(opened, {
        parameters,
        release,
        output,
        reporter,
        signal,
        from: { ...(sha256 === undefined && { file: basename(file) }), sha256: digests.sha256 },
      });
    } catch (error) {
      throw inFile(file, error);
    } finally {
      await opened.close();
    }
    if (!isSame(before, await fileState(file)))
      throw new TaskError(`${file} was changed while it was read. Run again once it is written.`);
  }

  async #import(
    { format, layers }: WeightsFile,
    {
      parameters,
      release,
      output,
      reporter,
      signal,
      from,
    }: Pick<StageTask<ImportParameters>, 'parameters' | 'reporter' | 'signal'> & {
      readonly output: ArtifactWriter;
      readonly release: Release | undefined;
      readonly from: Pick<ImportedFrom, 'file' | 'sha256'>;
    },
  ): Promise<void> {
    const conventions = conventionsOf(parameters, release?.conventions ?? CONVENTIONS[format]);
    const { classes = ILSVRC2012_CLASSES } = parameters;
    const net = buildNet(shapeOf(parameters, conventions, classes.length), this.#layerKinds);
    const arrays = fitLayers(net, layers, conventions);
    const { channels, flatten, mean, std } = conventions;
    const description: CheckpointDescription = {
      format: 1,
      shape: net.shape,
      classes,
      mean,
      inputScale: [1 / std[0], 1 / std[1], 1 / std[2]],
      channelOrder: 'RGB',
      flattenOrder: 'HWC',
      S: parameters.S,
      initialisation: 'imported',
      importedFrom: {
        ...(release && { release: release.name, trainedBy: release.trainedBy }),
        ...from,
        format,
        channelOrder: channels,
        flattenOrder: flatten,
      },
      steps: 0,
      batch: 0,
    };
    const { files, data } = checkpointFiles(description, arrays);
    for (const [i, array] of arrays.entries()) {
      await readInto(data[i]!, array);
      reporter.progress(i + 1, arrays.length, 'arrays');
      await breathe(signal);
    }
    for (const [name, bytes] of Object.entries(files)) await output.write(name, bytes);
  }
}

function isSame(before: FileState, after: FileState): boolean {
  return (Object.keys(before) as (keyof FileState)[]).every((key) => before[key] === after[key]);
}

function shapeOf(
  { net, layers, width, crop }: ImportParameters,
  { pooling }: Conventions,
  classes: number,
): NetShape {
  const all = layers ?? builtInLayers(net);
  if (!all) throw new Error(`Internal error: no net "${net}"`);
  return { net, layers: all as NetShape['layers'], width, crop, pooling, classes };
}

/** What the spec says goes before what is usual. */
function conventionsOf({ channels, mean, std, pooling }: ImportParameters, usual: Conventions): Conventions {
  return {
    ...usual,
    ...(channels && { channels }),
    ...(mean && { mean }),
    ...(std && { std }),
    ...(pooling && { pooling }),
  };
}
