/**
 * What people see: `stagecraft ui` in a browser. Run by `.ci/run`: MLFLOW_BIN names the folder of the programs of a
 * Python that has MLflow, CHROMIUM the browser. With PICTURES and STORE, pictures of that store are left there for docs.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { MlflowClient } from '../../../src/trackers/mlflow/client.js';
import { Scratch } from '../../support/scratch.js';
import { MLFLOW_BIN } from './support/mlflow-server.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const cli = `${root}build/src/cli.js`;
const browser = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['PICTURES'];
const env = {
  ...process.env,
  PATH: [MLFLOW_BIN, process.env['PATH']].filter(Boolean).join(':'),
  MLFLOW_TRACKING_URI: '',
};

interface Ui extends AsyncDisposable {
  readonly url: string;
}

/** The command, once it has said where it is and that all is there. */
async function startUi(store: string): Promise<Ui> {
  const child: ChildProcess = spawn(process.execPath, [cli, 'ui', '--store', store], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let url: string | undefined;
  for await (const line of createInterface(child.stdout!)) {
    url ??= /^MLflow at (http:\S+);/.exec(line)?.[1];
    if (line.includes('all there')) break;
  }
  assert.ok(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await once(child, 'exit');
      assert.equal(child.exitCode, 0);
    },
  };
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  // MLflow's own assistant takes a quarter of the page.
  await page
    .getByRole('button', { name: 'Close' })
    .first()
    .click({ timeout: 2000 })
    .catch(() => undefined);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** The runs of the rows of Table 3, the latest six. */
async function rowsOf(url: string, experiment: string): Promise<readonly string[]> {
  const client = new MlflowClient({ url });
  const ids: string[] = [];
  for await (const { info } of client.searchRuns([await idOf(url, experiment)], `tags."table" = 'table3'`))
    ids.push(info!.run_id!);
  await client.close();
  return ids.slice(-6);
}

async function compare(page: Page, url: string, rows: readonly string[]): Promise<void> {
  const query = new URLSearchParams({ runs: JSON.stringify(rows), experiments: '["1"]' });
  await page.goto(`${url}/#/compare-runs?${query.toString()}`);
  await page.getByText('top1_error_percent', { exact: true }).first().waitFor();
  await picture(page, 'mlflow-rows');
}

async function idOf(url: string, experiment: string): Promise<string> {
  const client = new MlflowClient({ url });
  const found = await client.experiment(experiment);
  await client.close();
  return found!.experiment_id!;
}

test('the tasks of an experiment stand below its run, and the rows of its table side by side', async () => {
  await using scratch = await Scratch.make();
  const store = process.env['STORE'] ?? scratch.path('runs');
  const experiment = process.env['STORE'] === undefined ? 'first-row-smoke' : 'table3-demo';
  if (process.env['STORE'] === undefined)
    execFileSync(
      process.execPath,
      [cli, 'run', 'experiments/vgg/first-row.yaml', '--profile', 'smoke', '--store', store],
      {
        ...{ cwd: root, env, stdio: 'ignore' },
      },
    );
  await using ui = await startUi(store);
  const opened = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] });
  try {
    const page = await opened.newPage({ viewport: { width: 1500, height: 900 } });
    const runs = `${ui.url}/#/experiments/${await idOf(ui.url, experiment)}/runs`;
    await page.goto(runs);
    const parent = page
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: experiment, exact: true }) });
    await parent.getByRole('button').first().click();
    await page.getByText('train a (net=A S=256)').first().waitFor();
    await picture(page, 'mlflow-runs');
    await page.goto(`${runs}?searchFilter=${encodeURIComponent('tags."table" = \'table3\'')}`);
    await page.reload();
    await page.getByText('net=A S=256 Q=256 method=dense', { exact: true }).first().waitFor();
    assert.equal(await page.getByText('train a (net=A S=256)').count(), 0);
    const rows = await rowsOf(ui.url, experiment);
    if (rows.length > 1) await compare(page, ui.url, rows);
  } finally {
    await opened.close();
  }
});
