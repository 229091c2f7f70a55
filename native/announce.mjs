// @ts-check
/** What set-up is about to cost, said before it costs. */

import { diskMegabytes, wheelsFor } from './platforms.mjs';

/** @typedef {{ what: string, where: string, download: number, disk: number, seconds: number }} Cost Megabytes and seconds. */

/** A line of 50 Mbit/s. */
const MEGABYTES_A_SECOND = 6;

/** @type {(where: string) => Cost} */
export const packagesCost = (where) => ({
  what: 'node packages',
  where,
  download: 140,
  disk: 520,
  seconds: 30,
});

/**
 * @param {{ where: string, platform: import('./platforms.mjs').Platform, gpu: boolean, download: boolean }} library
 * @returns {Cost}
 */
export function nativeCost({ where, platform, gpu, download }) {
  const version = platform.wheel.version;
  if (!download)
    return { what: `binding to TensorFlow ${version}`, where, download: 0, disk: 1, seconds: 20 };
  return {
    what: `TensorFlow ${version}${gpu ? ' for CUDA' : ''} and its binding`,
    where,
    download: wheelsFor(platform, gpu).reduce((sum, wheel) => sum + wheel.megabytes, 0),
    disk: diskMegabytes(platform, gpu),
    seconds: gpu ? 120 : 30,
  };
}

/** @param {Cost[]} costs @returns {string[]} */
export function announcement(costs) {
  const sum = (/** @type {(cost: Cost) => number} */ of) =>
    costs.reduce((total, cost) => total + of(cost), 0);
  const seconds = sum((cost) => cost.seconds + cost.download / MEGABYTES_A_SECOND);
  return [
    `Set-up, needed once: ${sum((cost) => cost.download)} MB to download, ${sum((cost) => cost.disk)} MB of disk, about ${minutes(seconds)} on a line of 50 Mbit/s.`,
    ...costs.map(
      (cost) => `  ${cost.what}: ${cost.download} MB to download, ${cost.disk} MB in ${cost.where}`,
    ),
  ];
}

/** @param {number} seconds */
function minutes(seconds) {
  const count = Math.max(1, Math.round(seconds / 60));
  return count === 1 ? '1 minute' : `${count} minutes`;
}
