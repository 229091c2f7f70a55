/** A net's step, forward pass or dense evaluation, timed beside PyTorch's: options in, words out. */
import { availableParallelism } from 'node:os';
import type { Side } from '../measure/by-turns.js';
import { measureNet, type NetResult } from '../measure/measure-net.js';
import { type NetWork, PRECISIONS } from '../measure/net-work.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { netNamed, netQuestion, wholeNumber } from './net-options.js';

export async function benchNet(task: NetWork['task'], invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const result = await measureNet(workOf(task, invocation), {
    python: values['torch'] as string | undefined,
    rounds: wholeNumber('rounds', String(values['rounds'] ?? 3), 1, 100),
  });
  console.log(values['json'] === true ? JSON.stringify(result, null, 2) : inWords(result));
  return 0;
}

/** @throws UserError */
function workOf(task: NetWork['task'], invocation: Invocation): NetWork {
  const { values } = invocation;
  const number = (name: string, usual: number, least: number) =>
    wholeNumber(name, String(values[name] ?? usual), least, 65_536);
  const { crop, px, width, classes } = netQuestion(invocation);
  const precision = PRECISIONS.find((name) => name === (values['precision'] ?? 'float32'));
  if (!precision) throw new UserError(`--precision must be ${PRECISIONS.join(' or ')}.`);
  return {
    ...{ task, net: netNamed(String(values['net'] ?? 'D')), width, classes, crop, precision },
    ...{ height: px, longSide: task === 'dense' ? number('long', px, px) : px },
    ...{ batch: number('batch', 8, 1), repeats: number('repeats', 5, 1) },
    threads: availableParallelism(),
  };
}

function inWords({ work, ours, peer, ratio }: NetResult): string {
  const { task, net, width, height, longSide, batch, precision, threads } = work;
  const what = { step: 'training step', forward: 'scores of crops', dense: 'dense scores, mirrored' }[task];
  const lines = [
    `${what}: net ${net}, width ${width}, ${batch} images of ${height} x ${longSide} px, ${precision}, ${threads} threads`,
    `  ${sideInWords('ours', ours)}; ${ours.gigaMultiplyAdds.toFixed(0)} G multiply-adds a second, ${percent(ours.gigaMultiplyAdds / ours.productGigaMultiplyAdds)} of a large matrix product's ${ours.productGigaMultiplyAdds.toFixed(0)}`,
  ];
  const { products, otherOperations, javascript } = ours.parts;
  lines.push(
    `  of it products ${percent(products)}, other operations ${percent(otherOperations)}, JavaScript ${percent(javascript)}`,
  );
  if (peer) lines.push(`  ${sideInWords('PyTorch', peer)}`, `  ours over PyTorch's: ${ratio!.toFixed(2)}`);
  return lines.join('\n');
}

function sideInWords(name: string, { library, bestSeconds, medianSeconds, repeats, peakMib }: Side): string {
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)} ms`;
  return `${name.padEnd(8)} ${ms(bestSeconds)} (median ${ms(medianSeconds)} of ${repeats}), at most ${Math.round(peakMib)} MiB (${library})`;
}

function percent(part: number): string {
  return `${Math.round(100 * part)}%`;
}
