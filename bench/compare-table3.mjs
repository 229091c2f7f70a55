// @ts-check
/**
 * Table 3 of ours beside the PyTorch peer's, seeds of both: means, and the difference with its 95% interval, by the
 * spread of both (Welch) or, with one seed of ours, by that of the peer. Fails where settings or rows of the two are
 * not the same, where a seed counts twice, and where a difference is outside: of its interval, or of POINTS if given.
 * One row in twenty is outside of its interval by chance, and with three seeds an interval has several points.
 * Usage: node compare-table3.mjs [--within POINTS] --peer FILE... --ours FILE...
 *   (outputs of torch_table3.py, at least two; our table3.json and shallow.json)
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { meanChange, runsMean } from '../build/src/statistics/mean-change.js';
import { tQuantile } from '../build/src/statistics/student-t.js';

/** @typedef {{ readonly net: string, readonly S: string, readonly method: string, readonly settings: string,
 *   readonly errors: readonly [number, number] }} Row Errors in %. */

const { values, positionals } = parseArgs({
  options: {
    within: { type: 'string' },
    peer: { type: 'string', multiple: true },
    ours: { type: 'string', multiple: true },
  },
  args: process.argv.slice(2).flatMap(withFlag()),
});
const { peer: peerFiles = [], ours: ourFiles = [] } = values;
if (peerFiles.length < 2 || ourFiles.length === 0 || positionals.length > 0) {
  console.error(
    'Usage: node compare-table3.mjs [--within POINTS] --peer FILE FILE... --ours FILE...   (two of the peer at least)',
  );
  process.exit(2);
}
const within = values.within === undefined ? undefined : Number(values.within);

/** `--peer a b` as `--peer=a --peer=b`. */
function withFlag() {
  let flag = '';
  return (/** @type {string} */ word) => {
    if (word === '--within') return [word];
    if (word.startsWith('--')) {
      flag = word;
      return [];
    }
    return flag === '' ? [word] : [`${flag}=${word}`];
  };
}

/** @param {string} file */
function read(file) {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    console.error(`${file} is no whole result: ${text === '' ? 'it is empty' : 'it ends early'}.`);
    process.exit(2);
  }
}

/** @param {string} file @returns {readonly Row[]} */
function rowsOfPeer(file) {
  const { arguments: given, images, table3, shallow } = read(file);
  const [first, second, last] = given.scales.split(',');
  /** @type {Readonly<Record<string, string>>} */
  const px = { 256: first, 384: second, '256..512': `${first}..${last}` };
  const settings = (/** @type {string} */ net, /** @type {string} */ S) => {
    const isFineTuned = S !== '256';
    const deeper = net.startsWith('A') ? given.epochs : (given.deeper_epochs ?? given.epochs);
    const epochs = isFineTuned ? given.fine_tune_epochs : deeper;
    const steps = Math.max(1, Math.round((epochs * images.train) / given.batch));
    return [
      `width ${given.width}, crop ${given.crop} px, ${given.pooling} pooling`,
      `trained on ${images.train} images, evaluated on ${images.val}`,
      `S = ${px[S] ?? '?'} px`,
      `${steps} steps of ${given.batch}`,
      `rate ${isFineTuned ? given.fine_tune_rate : given.rate}`,
    ].join('; ');
  };
  return [
    ...table3.map((/** @type {[string, string, number, number]} */ [net, S, ...errors]) => ({
      ...{ net, S, method: 'dense', errors, settings: settings(net, S) },
    })),
    ...shallow.map((/** @type {[string, number, number]} */ [net, ...errors]) => ({
      ...{ net, S: '256', method: 'centre-crop', errors, settings: settings(net, '256') },
    })),
  ];
}

/** @param {string} file @returns {readonly Row[]} */
function rowsOfOurs(file) {
  return read(file).rows.map((/** @type {any} */ { labels, metrics, images, protocol }) => {
    const clauses = /** @type {readonly string[]} */ (protocol.parts[0]);
    const find = (/** @type {RegExp} */ pattern) =>
      clauses.map((clause) => pattern.exec(clause)?.[0]).find((found) => found !== undefined) ?? '?';
    return {
      ...{ net: labels.net, S: String(labels.S), method: find(/^(dense|centre-crop)$/) },
      errors: [metrics.top1.value, metrics.top5.value],
      settings: [
        find(/^width .*pooling$/),
        `${find(/^trained on \d+ images/)}, evaluated on ${images}`,
        find(/^S = .*$/),
        find(/^\d+ steps of \d+$/),
        find(/^rate [\d.]+/),
      ].join('; '),
    };
  });
}

/** @param {readonly Row[]} rows @returns {Map<string, Row[]>} */
function byPlace(rows) {
  const places = new Map();
  for (const row of rows) {
    const place = `${row.net}, S = ${row.S}, ${row.method}`;
    places.set(place, [...(places.get(place) ?? []), row]);
  }
  return places;
}

/** @typedef {import('../build/src/statistics/mean-change.js').RunsMean} Summary */

/** Half of the interval in which one more seed of the peer lies, or of that of the difference. @param {Summary} peer @param {Summary} ours */
function halfWidth(peer, ours) {
  if (ours.runs === 1) return tQuantile(0.975, peer.runs - 1) * peer.sd * Math.sqrt(1 + 1 / peer.runs);
  const { change, interval } = meanChange(peer, ours);
  return interval ? interval[1] - change : 0;
}

/** @type {string[]} */
const problems = [];
const peers = byPlace(peerFiles.flatMap(rowsOfPeer));
const own = byPlace(ourFiles.flatMap(rowsOfOurs));
for (const place of new Set([...peers.keys(), ...own.keys()])) {
  const both = [...(peers.get(place) ?? []), ...(own.get(place) ?? [])];
  const settings = new Set(both.map((row) => row.settings));
  if (settings.size > 1) problems.push(`${place}: settings differ: ${[...settings].join(' | ')}.`);
  if (both.some(({ errors }) => !errors.every(Number.isFinite)))
    problems.push(`${place}: an error is no number.`);
  for (const side of [peers, own]) {
    const seeds = (side.get(place) ?? []).map(({ errors }) => errors.join());
    if (new Set(seeds).size < seeds.length)
      problems.push(`${place}: two results are the same to the last digit.`);
  }
  const counts = [peers, own].map((side) => side.get(place)?.length ?? 0);
  if (counts[0] !== peerFiles.length) problems.push(`${place}: ${counts[0]} results of the peer.`);
  if (counts[1] === 0) problems.push(`${place}: no result of ours.`);
}

console.log('| row | metric | peer: mean (sd) | ours: mean (sd) | ours - peer | 95% | inside |');
console.log('|---|---|---|---|---|---|---|');
/** @param {Summary} summary */
const printed = ({ value, sd, runs }) => `${value.toFixed(1)} (${runs > 1 ? sd.toFixed(1) : '-'})`;
for (const [place, peerRows] of peers)
  for (const [i, metric] of ['top-1', 'top-5'].entries()) {
    const ownRows = own.get(place);
    if (!ownRows) continue;
    const sides = [peerRows, ownRows].map((rows) =>
      runsMean(rows.map(({ errors }) => /** @type {number} */ (errors[i]))),
    );
    const [peer, ours] = /** @type {[Summary, Summary]} */ (sides);
    const gap = ours.value - peer.value;
    const half = halfWidth(peer, ours);
    const isInside = Math.abs(gap) <= (within ?? half);
    if (!isInside) problems.push(`${place}: ${metric} is ${gap.toFixed(1)} points from the peer's.`);
    const sign = gap >= 0 ? '+' : '';
    console.log(
      `| ${place} | ${metric} | ${printed(peer)} | ${printed(ours)} | ${sign}${gap.toFixed(1)} | ±${half.toFixed(1)} | ${isInside ? 'yes' : 'no'} |`,
    );
  }
for (const problem of problems) console.log(problem);
process.exit(problems.length > 0 ? 1 : 0);
