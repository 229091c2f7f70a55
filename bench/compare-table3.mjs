// @ts-check
/**
 * Table 3 of ours beside the PyTorch peer's, seeds of both: means, and whether our mean lies in the 95% interval of
 * the peer's seeds (Student's t of its mean) and in that of one more seed of the peer (prediction).
 * Usage: node compare-table3.mjs --peer FILE... --ours FILE...   (outputs of torch_table3.py; our table3.json)
 */
import { readFileSync } from 'node:fs';

/** Two-sided 95% points of Student's t by degrees of freedom, from 1. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

const args = process.argv.slice(2);
const split = args.indexOf('--ours');
if (args[0] !== '--peer' || split < 2 || split === args.length - 1) {
  console.error('Usage: node compare-table3.mjs --peer FILE... --ours FILE...');
  process.exit(2);
}
const read = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'));

/** @type {Map<string, { peer: number[][], ours: number[][] }>} top-1 and top-5 of each seed, by net and S */
const rows = new Map();
/** @param {string} key @param {'peer' | 'ours'} side @param {number[]} errors */
function add(key, side, errors) {
  const row = rows.get(key) ?? { peer: [], ours: [] };
  row[side].push(errors);
  rows.set(key, row);
}
for (const file of args.slice(1, split)) {
  const { table3, shallow } = read(file);
  for (const [net, S, ...errors] of table3) add(`${net} ${S} dense`, 'peer', errors);
  for (const [net, ...errors] of shallow) add(`${net} 256 centre-crop`, 'peer', errors);
}
for (const file of args.slice(split + 1))
  for (const { labels, metrics, protocol } of read(file).rows ?? []) {
    const method = JSON.stringify(protocol).includes('centre-crop') ? 'centre-crop' : 'dense';
    add(`${labels.net} ${labels.S} ${method}`, 'ours', [metrics.top1.value, metrics.top5.value]);
  }

/** @param {number[]} values */
function summary(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : undefined };
}

console.log(
  '| net, S | metric | peer: mean (sd) | ours: mean (sd) | ours - peer | 95% of the mean | 95% of one seed |',
);
console.log('|---|---|---|---|---|---|---|');
for (const [key, { peer, ours }] of rows) {
  if (peer.length === 0 || ours.length === 0) continue;
  for (const [i, metric] of ['top-1', 'top-5'].entries()) {
    const [p, o] = [peer, ours].map((side) =>
      summary(side.map((errors) => /** @type {number} */ (errors[i]))),
    );
    if (!p || !o) continue;
    const t = T[peer.length - 2] ?? NaN;
    const gap = o.mean - p.mean;
    const inside = (/** @type {number} */ half) =>
      Number.isNaN(half) ? '-' : `${Math.abs(gap) <= half ? 'inside' : 'outside'} ±${half.toFixed(1)}`;
    const cells = [
      key,
      metric,
      `${p.mean.toFixed(1)} (${p.sd?.toFixed(1) ?? '-'})`,
      `${o.mean.toFixed(1)} (${o.sd?.toFixed(1) ?? '-'})`,
      `${gap >= 0 ? '+' : ''}${gap.toFixed(1)}`,
      inside((t * (p.sd ?? NaN)) / Math.sqrt(peer.length)),
      inside(t * (p.sd ?? NaN) * Math.sqrt(1 + 1 / peer.length)),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
