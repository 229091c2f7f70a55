// Set-up is plain JavaScript that runs before anything is compiled: its tests import it by address, and say here what
// they expect of it. Commands that cost (pip, the compiler) have stand-ins on the PATH.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const nativeFile = (name: string) =>
  fileURLToPath(new URL(`../../../native/${name}`, import.meta.url));

export function loadNative(name: string): Promise<unknown> {
  return import(nativeFile(name));
}

/** A folder that goes when the test ends. */
export class Scratch implements Disposable {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stagecraft-setup-'));

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(name: string, content: string, mode = 0o644): string {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), content, { mode });
    return this.path(name);
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A python3 whose pip "downloads" at once, and a g++ that "compiles"; both write down what they were asked. */
export function standIns(scratch: Scratch): string {
  const log = scratch.path('log');
  scratch.write(
    'bin/python3',
    `#!/bin/sh
echo "python3 $*" >> ${log}
case "$1" in
  -c) echo "\${STUB_PIP:-25.0}" ;;
  -m) if [ -n "$STUB_FAILS" ]; then echo 'ERROR: no route to host' >&2; exit 1; fi
      sleep "\${STUB_SECONDS:-0}"
      while [ "$1" != -d ]; do shift; done
      echo wheel > "$2/some.whl" ;;
  *) mkdir -p "$3/lib" && echo library > "$3/lib/library" ;;
esac
`,
    0o755,
  );
  scratch.write(
    'bin/g++',
    `#!/bin/sh
echo "g++ $*" >> ${log}
for last; do :; done
case "$*" in *-fsyntax-only*) ;; *) echo binding > "$last" ;; esac
`,
    0o755,
  );
  return `${scratch.path('bin')}${path.delimiter}${process.env['PATH'] ?? ''}`;
}

/** A checkout with as much of the node packages as the binding's identity needs. */
export function standInCheckout(scratch: Scratch): string {
  scratch.write('root/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version": "4.22.0"}');
  // Each with the lines that ours stand behind.
  const sources = {
    'tfjs_binding.cc':
      '  return backend->GetNumOfSavedModels(env);\n}\n  napi_property_descriptor exports_properties[] = {\n',
    'tfjs_backend.cc':
      '#include "utils.h"\n    case TF_ATTR_STRING: {\n    case TF_ATTR_TYPE: {\n  TFE_DeleteContextOptions(tfe_options);\n',
    'tfjs_backend.h': '  napi_value GetNumOfTensors(napi_env env);\n',
    'utils.h': 'int binding;',
  };
  for (const [name, text] of Object.entries(sources))
    scratch.write(`root/node_modules/@tensorflow/tfjs-node-gpu/binding/${name}`, text);
  scratch.write('root/node_modules/node-api-headers/package.json', '{"version": "1.9.0"}');
  return scratch.path('root');
}

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Starts node; `ended` says how it went. */
export function startNode(args: string[], env: NodeJS.ProcessEnv = {}) {
  // Without NODE_TEST_CONTEXT the child is an ordinary program.
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<Ended>((resolve) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
  });
  return { child, ended };
}
