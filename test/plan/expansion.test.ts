import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createStagecraft } from '../../src/container.js';
import { inputRecipes, type Plan } from '../../src/plan/plan.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const golden = (name: string) => join(root, 'test/plan/golden', name);

async function planShipped(profile: string): Promise<Plan> {
  const stagecraft = createStagecraft({ runsDirectory: '/nowhere', backend: 'wasm' });
  const planned = await stagecraft.plan('experiments/vgg/first-row.yaml', {
    profile,
    sets: [],
    currentDirectory: root,
  });
  assert.ok(planned.ok, JSON.stringify(planned));
  return planned.value.plan;
}

/** With UPDATE_GOLDEN=1 the files are written anew; the difference is then for a person to judge. */
function compare(plan: Plan, name: string): void {
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden(name), text);
  assert.equal(text, readFileSync(golden(name), 'utf8'));
}

describe('the plan of experiments/vgg/first-row.yaml, without any data, recipes and all', () => {
  for (const profile of ['smoke', 'demo', 'imagenette']) {
    test(`is as written down in the profile ${profile}`, async () => {
      compare(await planShipped(profile), `first-row-${profile}.json`);
    });
  }

  test('is the same each time it is made', async () => {
    assert.deepEqual(await planShipped('demo'), await planShipped('demo'));
  });

  test('has each task once, after all that it uses', async () => {
    const seen = new Set<string>();
    for (const task of (await planShipped('demo')).tasks) {
      assert.ok(!seen.has(task.recipe));
      assert.deepEqual(
        inputRecipes(task).filter((recipe) => !seen.has(recipe)),
        [],
      );
      seen.add(task.recipe);
    }
    assert.equal(seen.size, 6);
  });
});
