// @ts-check
/**
 * Whether every net of a table is at least so many (five) standard errors better than always naming the most frequent
 * class: of images, and by the interval of the table, which counts those that show one thing together. Usage: node above-chance.mjs RUNS EXPERIMENT TABLE [LEAST]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [runs = 'runs', experiment = 'table3-demo', table = 'table3', least = '5'] = process.argv.slice(2);

/** Labels of each list of images in the store. */
const lists = readdirSync(join(runs, 'store/index'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('images.jsonl'))
  .map((file) =>
    readFileSync(join(runs, 'store/index', file), 'utf8')
      .trim()
      .split('\n'),
  )
  .map((lines) => lines.map((line) => /** @type {{ label: number }} */ (JSON.parse(line)).label));

/** @param {number} images Of the row. @returns {number} The least error of a constant guess, a part of 1. */
function chance(images) {
  const [labels, ...others] = lists.filter((list) => list.length === images);
  if (!labels) throw new Error(`No list of ${images} images in the store.`);
  if (others.some((other) => other.join() !== labels.join()))
    throw new Error(`The store has several lists of ${images} images: ask a store with one image set alone.`);
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return 1 - Math.max(...counts.values()) / images;
}

/** @type {{ rows: { labels: object, images: number, metrics: { top1: { value: number, interval: [number, number] } } }[] }} */
const { rows } = JSON.parse(readFileSync(join(runs, experiment, `${table}.json`), 'utf8'));
let isWell = rows.length > 0;
for (const { labels, images, metrics } of rows) {
  const error = metrics.top1.value / 100;
  const gap = chance(images) - error;
  const better = gap / Math.sqrt((error * (1 - error)) / images);
  const [low, high] = metrics.top1.interval;
  const byThings = gap / ((high - low) / 100 / 2 / 1.96);
  console.log(
    `${JSON.stringify(labels)}: ${metrics.top1.value.toFixed(1)}%, ${better.toFixed(1)} standard errors better than chance (${byThings.toFixed(1)} by things)`,
  );
  isWell &&= better >= Number(least);
}
process.exit(isWell ? 0 : 1);
