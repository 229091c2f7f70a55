import assert from 'node:assert/strict';
import test from 'node:test';
import { loadNative } from './support.js';

interface Wheel {
  name: string;
  version: string;
  sha256: string;
  platform: string;
  megabytes: number;
}
interface Platform {
  name: string;
  needsAvx: boolean;
  gpu?: object;
}
const { platformOf, wheelsFor, PLATFORMS } = (await loadNative('platforms.mjs')) as {
  platformOf: (machine: { platform: string; arch: string; glibc?: string }) => Platform | string;
  wheelsFor: (platform: Platform, gpu: boolean) => Wheel[];
  PLATFORMS: Record<string, Platform>;
};
const { avxProblem, roomProblem } = (await loadNative('probe.mjs')) as {
  avxProblem: (platform: { needsAvx: boolean }, avx: boolean) => string | undefined;
  roomProblem: (cache: string, free: number, needed: number) => string | undefined;
};

const oneLine = (text: unknown, part: RegExp) => {
  assert.ok(typeof text === 'string' && !text.includes('\n'), String(text));
  assert.match(text, part);
};

test('every wheel is pinned by version, tag and digest', () => {
  for (const platform of Object.values(PLATFORMS)) {
    for (const wheel of [...wheelsFor(platform, false), ...wheelsFor(platform, true)]) {
      assert.match(wheel.sha256, /^[0-9a-f]{64}$/, wheel.name);
      assert.match(wheel.version, /^\d+\.\d+/, wheel.name);
      assert.match(wheel.platform, /^(manylinux|macosx)/, wheel.name);
      assert.ok(wheel.megabytes > 0, wheel.name);
    }
  }
});

test('Linux on x64 and arm64 and macOS on arm64 have a library; CUDA is for Linux on x64', () => {
  for (const [platform, arch, glibc] of [
    ['linux', 'x64', '2.36'],
    ['linux', 'arm64', '2.27'],
    ['darwin', 'arm64', ''],
  ] as const) {
    const found = platformOf({ platform, arch, glibc });
    assert.ok(typeof found === 'object');
    assert.equal(found.name, `${platform}-${arch}`);
    assert.equal(wheelsFor(found, true).length > 1, found.name === 'linux-x64');
  }
});

test('elsewhere one line says why there is none and what to use', () => {
  oneLine(platformOf({ platform: 'win32', arch: 'x64' }), /use WSL/);
  oneLine(platformOf({ platform: 'linux', arch: 'x64' }), /not glibc.*use a Debian/);
  oneLine(
    platformOf({ platform: 'linux', arch: 'x64', glibc: '2.17' }),
    /needs glibc 2\.27 and here is 2\.17/,
  );
  oneLine(platformOf({ platform: 'darwin', arch: 'x64' }), /darwin on x64: use/);
});

test('a CPU without AVX is told so, where the library needs it', () => {
  oneLine(avxProblem({ needsAvx: true }, false), /no AVX/);
  assert.equal(avxProblem({ needsAvx: true }, true), undefined);
  assert.equal(avxProblem({ needsAvx: false }, false), undefined);
});

test('a full disk is told with what is free and what is needed', () => {
  oneLine(roomProblem('/cache', 900.7, 1508), /\/cache has 900 MB free and 1508 MB are needed/);
  assert.equal(roomProblem('/cache', 1508, 1508), undefined);
});
