/** Tested claims as people and programs read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsToCsv } from '../../src/report/claims-csv.js';
import { toMarkdown } from '../../src/report/markdown.js';
import { printedClaims } from '../../src/report/printed-claims.js';
import type { Claims, TestedPair } from '../../src/run/claims.js';

const TEST = {
  ...{ change: -1.25, interval: [-2, -0.5] as const, level: 95 as const, p: 0.001, adjustedP: 0.0004 },
  against: null,
  ...{ detectable: 1.1, verdict: 'holds' as const },
};

const pair = (S: number, changes: Partial<TestedPair> = {}): TestedPair => ({
  from: { net: 'C', copied: 'all' },
  to: { net: 'D' },
  same: { S, method: 'dense' },
  nets: { ...TEST, images: 100, clusters: 100 },
  design: null,
  ...changes,
});

const claims = (...pairs: readonly TestedPair[]): Claims => ({
  format: 2,
  claims: [
    {
      ...{ name: 'context', says: 'Context helps, so D is better.', expect: 'lower', metric: 'top1' },
      ...{ margin: 0.5, heading: 'top-1 error, %', pairs },
    },
  ],
});

const linesOf = (of: Claims) =>
  toMarkdown(printedClaims(of, { caption: 'Claims', measuredOn: 'drawings (profile demo)' })).split('\n');

test('each comparison is a line, named by what tells it from the others of its claim', () => {
  const lines = linesOf(claims(pair(256), pair(384)));
  assert.equal(
    lines[4]!.replace(/ +/g, ' '),
    '| Context helps, so D is better. | top1 lower | net=C to net=D, S=256 | 100 images | -1.3 | -2.0 to -0.5 (95%) | <0.001 | 1.1 | holds |',
  );
  assert.match(lines[5]!, /^\| {10,}\| +\| net=C to net=D, S=384 +\| 100 images/);
  assert.ok(lines.some((line) => line.startsWith('Measured on drawings (profile demo); ')));
  assert.ok(lines.some((line) => line.includes('for which three seeds are needed')));
  assert.ok(lines.some((line) => line.includes("McNemar's exact test")));
});

test('what is said of a design stands beside what is said of the nets', () => {
  const design = { ...TEST, verdict: 'not shown' as const, adjustedP: 0.25, runs: [3, 4] as const };
  const nets = { ...TEST, images: 100, clusters: 20 };
  const lines = linesOf(claims(pair(256, { nets, design }), pair(384)));
  assert.match(
    lines[4]!,
    /\| 100 images of 20 things; 3 and 4 seeds \|.*\| holds +\|.*\| 0\.250 +\| 1\.1 +\| not shown \|/,
  );
  assert.match(lines[5]!, /\| holds +\| - +\| - +\| - +\| - +\|$/);
  assert.ok(lines.some((line) => line.includes('over 2 tests of nets and over 1 of designs')));
  assert.ok(lines.some((line) => line.includes('images of one thing count as one observation')));
});

test('where a claim is contradicted, the probability is that of the contradiction', () => {
  const nets = {
    ...{ ...TEST, images: 100, clusters: 100, adjustedP: 1, verdict: 'contradicted' as const },
    against: { p: 0.001, adjustedP: 0.02 },
  };
  const lines = linesOf(claims(pair(256, { nets })));
  assert.match(lines[4]!, /\| 0\.020 +\| 1\.1 +\| contradicted \|/);
});

test('CSV holds a line a test, with numbers as they are', () => {
  const design = { ...TEST, runs: [3, 4] as const };
  assert.deepEqual(claimsToCsv(claims(pair(256, { design }))).split('\r\n'), [
    'claim,from,to,same,metric,expect,margin,of,images,clusters,runs_from,runs_to,change,low,high,level,p,p_holm,p_against_holm,detectable,verdict',
    'context,net=C copied=all,net=D,S=256 method=dense,top1,lower,,nets,100,100,,,-1.25,-2,-0.5,95,0.001,0.0004,,1.1,holds',
    'context,net=C copied=all,net=D,S=256 method=dense,top1,lower,,design,,,3,4,-1.25,-2,-0.5,95,0.001,0.0004,,1.1,holds',
    '',
  ]);
});
