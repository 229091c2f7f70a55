/** A journal is read as it grows: each whole record once, whatever the moment. */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import test from 'node:test';
import fc from 'fast-check';
import { JournalFollower } from '../../../src/trackers/sync/journal-follower.js';
import { Scratch } from '../../support/scratch.js';

const line = (key: string) =>
  `${JSON.stringify({ sequence: 0, time: 1, type: 'metric', run: 'r', key, value: 1, step: 0 })}\n`;

async function readAll(follower: JournalFollower): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const records = await follower.next();
    if (records.length === 0) return found;
    for (const { segment, record } of records)
      found.push(`${segment} ${record.type === 'metric' ? record.key : ''}`);
  }
}

test('records come once and in order, however the file grew between two looks', async () => {
  const keys = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(keys, fc.array(fc.nat({ max: 200 }), { maxLength: 6 }), async (names, cuts) => {
      await using scratch = await Scratch.make();
      const path = await scratch.write('000001.jsonl', '');
      const bytes = Buffer.from(names.map(line).join(''));
      const follower = new JournalFollower(scratch.folder);
      const found: string[] = [];
      let written = 0;
      for (const cut of [...cuts, bytes.length]) {
        const end = Math.min(bytes.length, written + cut);
        await appendFile(path, bytes.subarray(written, end));
        written = end;
        found.push(...(await readAll(follower)));
      }
      assert.deepEqual(
        found,
        names.map((name) => `1 ${name}`),
      );
    }),
    { numRuns: 50 },
  );
});

test('a line longer than a part, a torn line and a later segment', async () => {
  await using scratch = await Scratch.make();
  const long = 'x'.repeat(1_000_000);
  await scratch.write('000001.jsonl', `${line('a')}${line(long)}{"torn`);
  await scratch.write('000002.jsonl', `${line('b')}\0\0\n${line('never')}`);
  await scratch.write('000003.jsonl', line('c'));
  await scratch.write('sender', 'no segment');
  const follower = new JournalFollower(scratch.folder);
  assert.deepEqual(await readAll(follower), ['1 a', `1 ${long}`, '2 b', '3 c']);
  assert.deepEqual(await readAll(follower), []);
});

test('a segment of an older format is left out, and a folder that is not there is empty', async () => {
  await using scratch = await Scratch.make();
  await scratch.write('000001.jsonl', `{"type":"segment","format":1}\n${line('old')}`);
  assert.deepEqual(await readAll(new JournalFollower(scratch.folder)), []);
  assert.deepEqual(await readAll(new JournalFollower(scratch.path('none'))), []);
});
