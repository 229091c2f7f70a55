// How long a set as large as ILSVRC-2012's training images takes to be listed: 1,281,167 (empty) files in 1,000 folders,
// made in FOLDER if they are not there. The index task is told to know them by path and size (`identity: listing`).
//   node bench/listing.mjs FOLDER
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const IMAGES = 1_281_167;
const CLASSES = 1000;

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: node bench/listing.mjs FOLDER');
  process.exit(2);
}
const root = resolve(folder);
const whole = join(root, 'whole');
if (!existsSync(whole)) {
  for (const [split, count] of [
    ['train', IMAGES],
    ['val', CLASSES],
  ])
    for (let n = 0; n < count; n++) {
      const name = join(root, split, `n${String(n % CLASSES).padStart(8, '0')}`);
      if (n < CLASSES) mkdirSync(name, { recursive: true });
      writeFileSync(join(name, `${n}.JPEG`), '');
    }
  writeFileSync(whole, '');
}
const scratch = mkdtempSync(join(tmpdir(), 'stagecraft-listing-'));
const spec = join(scratch, 'listing.yaml');
writeFileSync(
  spec,
  `title: A large set
data: { kind: image-folder, name: large, root: ${JSON.stringify(root)}, identity: listing }
stages:
  listed: { kind: index, split: train }
`,
);
const cli = fileURLToPath(new URL('../build/src/cli.js', import.meta.url));
for (const round of ['first', 'again']) {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [cli, 'run', spec, '--store', join(scratch, 'runs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${round === 'first' ? `${IMAGES} images listed` : 'seen to be as they were'} in ${seconds.toFixed(1)} s`,
  );
}
rmSync(scratch, { recursive: true });
