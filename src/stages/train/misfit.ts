/** A layer that a training takes from a trained net but that does not fit, found when the spec is planned. */
import { arrayShapes } from '../../nn/net-cost.js';
import { describeMisfit, misfits, type TransferredLayers } from '../../nn/transfer.js';
import type { NetShape } from '../../nn/net.js';
import type { Pooling } from '../../nn/pooling.js';
import type { TaskDraft } from '../../plan/definition.js';

const POOLINGS: readonly Pooling[] = ['ceil', 'floor'];

/** The number of classes is not known yet; it is the same on both sides, or the task says so. */
const CLASSES = 2;

/** @returns message and help; undefined where all fits, or a net is known to the worker alone */
export function misfitOf(
  to: Partial<Omit<NetShape, 'layers'>> & { readonly layers?: readonly unknown[] },
  from: TaskDraft,
  which: TransferredLayers,
): readonly [message: string, help: string] | undefined {
  const target = arrayShapes({ ...(to as Partial<NetShape>), classes: CLASSES });
  // How an imported net pools says its file, which only the worker reads.
  const { pooling } = from.parameters;
  const found = (pooling === undefined ? POOLINGS : [pooling]).map((one) => {
    const source = arrayShapes({ ...from.parameters, pooling: one as Pooling, classes: CLASSES });
    return source && target && misfits(source, target, which)[0];
  });
  const [misfit] = found;
  if (!misfit || found.includes(undefined)) return undefined;
  return [
    `Net ${to.net!} cannot start from net ${from.parameters['net'] as string}: ${describeMisfit(misfit)}.`,
    which === 'fc'
      ? 'Train both at the same width and crop.'
      : 'Take other "layers" (firstFour+fc, fc), or train both at the same width and crop.',
  ];
}
