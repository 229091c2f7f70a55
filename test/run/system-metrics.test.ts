import assert from 'node:assert/strict';
import test from 'node:test';
import { sampleSystem } from '../../src/run/system-metrics.js';

test('a sample is taken every ten seconds, until the task has ended', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const points: [string, number, number][] = [];
  const stop = sampleSystem({ metric: (key, value, step) => points.push([key, value, step]) });
  assert.equal(points.length, 0);
  t.mock.timers.tick(20_000);
  stop();
  t.mock.timers.tick(60_000);
  assert.deepEqual(
    points.map(([key, , step]) => `${key} ${step}`),
    [0, 1].flatMap((step) => [
      `system/process_cpu_percent ${step}`,
      `system/process_memory_megabytes ${step}`,
      `system/machine_memory_percent ${step}`,
    ]),
  );
  for (const [key, value] of points) assert.ok(value >= 0 && Number.isFinite(value), `${key} ${value}`);
  const memory = points.find(([key]) => key.endsWith('process_memory_megabytes'))![1];
  assert.ok(memory > 10 && memory < 100_000);
});
