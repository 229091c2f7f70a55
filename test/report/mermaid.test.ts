import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Statuses, TaskStatus } from '../../src/plan/status.js';
import { planToMermaid } from '../../src/report/mermaid.js';
import { numberTask, planOf, sumTask } from '../support/toy.js';

const NEW: TaskStatus = { state: 'to-do', reason: { kind: 'new' } };
const DONE = { state: 'done' } as TaskStatus;

test('a stage is a box with its tasks counted, what is done is green, and an arrow is dashed that carries a part only', () => {
  const [one, two] = [numberTask('numbers', 1), numberTask('numbers', 2)];
  const alone = numberTask('number', 3);
  const both = sumTask('both', one, two, alone);
  const half = sumTask('half', one, both);
  const statuses: Statuses = new Map(
    [one, two, alone, both, half].map((task) => [task.recipe, task === one || task === alone ? DONE : NEW]),
  );
  assert.equal(
    planToMermaid(planOf(one, two, alone, both, half), statuses),
    `flowchart LR
  s1["numbers<br/>number<br/>2 tasks, 1 to do"]
  s2["number<br/>done"]
  s3["both<br/>sum<br/>to do"]
  s4["half<br/>sum<br/>to do"]
  s1 --> s3
  s2 --> s3
  s1 -.-> s4
  s3 --> s4
  classDef done fill:#e2f3e2,stroke:#4a8
  class s2 done`,
  );
});
