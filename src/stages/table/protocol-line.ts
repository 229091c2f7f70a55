/** How scores were made, in one line, and the real scales behind them. */
import { type EvaluationProtocol, type Protocol, singleProtocols } from '../../nn/scores.js';
import type { LabelValue } from '../../plan/labels.js';

/** One part for each net and method; the scales that were averaged stand together. */
export function protocolLine(protocol: Protocol): string {
  const parts = new Map<string, EvaluationProtocol[]>();
  for (const single of singleProtocols(protocol)) {
    const key = JSON.stringify([trainingLine(single), single.method, single.mirror]);
    const part = parts.get(key);
    if (part) part.push(single);
    else parts.set(key, [single]);
  }
  const lines = [...parts.values()].map((singles) => `${trainingLine(singles[0]!)}; ${methodLine(singles)}`);
  return lines.length === 1 ? lines[0]! : `mean of the posteriors of ${lines.join(', and of ')}`;
}

function trainingLine({ net, S, dataset, initialisation, steps, batch }: EvaluationProtocol): string {
  return (
    `net ${net.net} at width ${net.width}, crop ${net.crop} px, ${net.pooling} pooling; initialisation ${initialisation}; ` +
    `trained on ${dataset} at S = ${S} px, ${steps} steps of ${batch}`
  );
}

function methodLine(singles: readonly EvaluationProtocol[]): string {
  const { method, mirror } = singles[0]!;
  const scales = singles.map(({ Q }) => Q).join(', ');
  const fewest = Math.min(...singles.map(({ positions }) => positions[0]));
  const most = Math.max(...singles.map(({ positions }) => positions[1]));
  const places = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  return (
    `${method} at Q = ${scales} px, ${places} positions an image${mirror ? ', averaged with the mirror image' : ''}` +
    (singles.length > 1 ? ', posteriors averaged over the scales' : '')
  );
}

/** S and Q in real px; a list where several are behind the scores. */
export function realScales(protocol: Protocol): Readonly<Record<'S' | 'Q', LabelValue>> {
  const singles = singleProtocols(protocol);
  const distinct = (values: readonly (number | string)[]): LabelValue => {
    const set = [...new Set(values)];
    return set.length === 1 ? set[0]! : set;
  };
  return { S: distinct(singles.map(({ S }) => S)), Q: distinct(singles.map(({ Q }) => Q)) };
}
