/** What of a training is wrong though each of its keys is right. */
import type { TransferredLayers } from '../../nn/transfer.js';
import type { ExpandContext, NetReference, Referred } from '../../plan/definition.js';
import type { Initialisation } from '../../nn/net-state.js';
import { netProblem } from '../../nn/net-cost.js';
import type { NetShape } from '../../nn/net.js';
import type { Pooling } from '../../nn/pooling.js';
import { misfitOf } from './misfit.js';
import type { Schedule } from './schedule.js';

export interface AskedTraining {
  readonly spec: {
    readonly width: number;
    readonly pooling: Pooling;
    readonly epochs: number;
    readonly batch: number;
    readonly schedule: Schedule;
    readonly watch: 'none' | 'held-out' | 'validation';
    readonly fineTune: 'all' | 'fc';
    readonly initialisation: Initialisation;
  };
  readonly net: NetReference;
  /** The trained net that it starts from. */
  readonly from: Referred | undefined;
  /** What it takes of that. */
  readonly layers: TransferredLayers;
}

export function tellMistakes({ spec, net, from, layers }: AskedTraining, context: ExpandContext): void {
  if (spec.schedule.kind === 'plateau' && spec.watch === 'none')
    context.mistake(
      'schedule',
      'The schedule "plateau" waits for watched images to stop improving, but none are watched.',
      'Set watch: held-out (5% of the training images), or watch: validation as the paper did.',
    );
  if (spec.schedule.kind === 'plateau' && spec.epochs <= spec.schedule.patience)
    context.mistake(
      'epochs',
      `In ${spec.epochs} epochs a plateau of ${spec.schedule.patience} epochs cannot be seen.`,
      'Give more epochs, or let the schedule have less "patience".',
    );
  if (spec.batch < context.workers)
    context.mistake(
      'batch',
      `${context.workers} workers cannot share a batch of ${spec.batch}.`,
      `Let the batch have ${context.workers} images or more, or name fewer "workers".`,
    );
  if (spec.fineTune === 'fc' && (!from || layers === 'fc'))
    context.mistake(
      'fineTune',
      'Only the fully-connected layers would learn, behind convolutions that were drawn at random and stay so.',
      'Let the net start from a trained one ("init", with its convolutions), or let all layers learn.',
    );
  const drawnAs = from?.draft.parameters['initialisation'];
  if (layers !== 'all' && drawnAs !== undefined && drawnAs !== spec.initialisation)
    context.mistake(
      'init',
      `The new layers are drawn as "${spec.initialisation}", but the net that the others come from was drawn as ${JSON.stringify(drawnAs)}, for inputs of another scale.`,
      'Give both the same "initialisation".',
    );
  const problem = netProblem({ ...spec, ...net, crop: context.crop } as Partial<NetShape>);
  if (problem !== undefined)
    context.mistake('net', problem, 'Let it have fewer pools, or raise "scales.crop".');
  const misfit = from && misfitOf({ ...spec, ...net, crop: context.crop }, from.draft, layers);
  if (misfit !== undefined) context.mistake('init', ...misfit);
}
