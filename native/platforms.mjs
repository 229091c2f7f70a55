// @ts-check
/**
 * All that differs from one platform to another: which wheel carries TensorFlow's C library there, its digest, the
 * names inside it, and how its compiler and its package manager are called. Estimates shown to the user stand here too.
 */
import { readFileSync } from 'node:fs';

/** @typedef {{ name: string, version: string, sha256: string, platform: string, megabytes: number }} Wheel */
/**
 * @typedef {object} Platform
 * @property {string} name As in process.platform and process.arch.
 * @property {Wheel} wheel The one with TensorFlow's C library.
 * @property {{ wheel: Wheel, cuda: Wheel[], diskMegabytes: number } | undefined} gpu The CUDA library and what it loads by name.
 * @property {[cc: string, framework: string]} libraries File names inside the wheel's folder `tensorflow/`.
 * @property {string[]} compilerFlags What the binding needs beyond the common flags.
 * @property {boolean} needsAvx The library was compiled for AVX: without it the process dies by SIGILL.
 * @property {number} diskMegabytes What stays on the disk.
 * @property {{ python: string, compiler: string }} install How to get what is missing.
 */

const VERSION = '2.21.0';
/** The wheel depends on the interpreter unless told; we want its libraries, so any interpreter will do. */
export const PYTHON_VERSION = '3.11';
/** The binding asks for N-API 8: Node 12.22 and everything newer. */
export const NAPI_VERSION = 8;
export const COMPILER_FLAGS = [
  '-std=c++17',
  '-O2',
  '-fPIC',
  // The same bits on every platform: no product and sum in one rounding.
  '-ffp-contract=off',
  '-ftree-vectorize',
  `-DNAPI_VERSION=${NAPI_VERSION}`,
  '-DNODE_GYP_MODULE_NAME=tfjs_binding',
];

/** @type {(name: string, platform: string, megabytes: number, sha256: string) => Wheel} */
const tensorflow = (name, platform, megabytes, sha256) => ({
  name,
  version: VERSION,
  platform,
  megabytes,
  sha256,
});

const LINUX_LIBRARIES = /** @type {[string, string]} */ ([
  'libtensorflow_cc.so.2',
  'libtensorflow_framework.so.2',
]);
const LINUX_FLAGS = ['-shared', '-Wl,-rpath,$ORIGIN/lib'];
const LINUX_INSTALL = {
  python: 'apt-get install python3 python3-pip',
  compiler: 'apt-get install g++',
};

/** What the CUDA library loads by name: versions, tags, megabytes and digests of the nvidia-*-cu12 wheels, Linux x64. */
const CUDA = `
  cublas        12.9.3.13    manylinux_2_27_x86_64  581  d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72
  cuda-cupti    12.9.79      manylinux_2_25_x86_64   11  096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f
  cuda-nvcc     12.9.86      manylinux2010_x86_64    41  5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0
  cuda-nvrtc    12.9.86      manylinux2010_x86_64    90  210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4
  cuda-runtime  12.9.79      manylinux2014_x86_64     3  25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3
  cudnn         9.28.0.42    manylinux_2_27_x86_64  717  9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375
  cufft         11.4.1.4     manylinux2014_x86_64   201  c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28
  curand        10.3.10.19   manylinux_2_27_x86_64   68  49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e
  cusolver      11.7.5.82    manylinux_2_27_x86_64  338  15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88
  cusparse      12.5.10.65   manylinux2014_x86_64   366  73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78
  nccl          2.32.3       manylinux_2_27_x86_64  352  bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c
  nvjitlink     12.9.86      manylinux2010_x86_64    40  e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9
`
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', version = '', platform = '', megabytes = '', sha256 = ''] = line.trim().split(/\s+/);
    return { name: `nvidia-${name}-cu12`, version, platform, megabytes: Number(megabytes), sha256 };
  });

/** @type {Record<string, Platform>} */
export const PLATFORMS = {
  'linux-x64': {
    name: 'linux-x64',
    wheel: tensorflow(
      'tensorflow-cpu',
      'manylinux_2_27_x86_64',
      274,
      '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    ),
    gpu: {
      wheel: tensorflow(
        'tensorflow',
        'manylinux_2_27_x86_64',
        572,
        '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      ),
      cuda: CUDA,
      diskMegabytes: 5650,
    },
    libraries: LINUX_LIBRARIES,
    compilerFlags: LINUX_FLAGS,
    needsAvx: true,
    diskMegabytes: 860,
    install: LINUX_INSTALL,
  },
  'linux-arm64': {
    name: 'linux-arm64',
    wheel: tensorflow(
      'tensorflow',
      'manylinux_2_27_aarch64',
      282,
      '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    ),
    gpu: undefined,
    libraries: LINUX_LIBRARIES,
    compilerFlags: LINUX_FLAGS,
    needsAvx: false,
    diskMegabytes: 890,
    install: LINUX_INSTALL,
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    wheel: tensorflow(
      'tensorflow',
      'macosx_12_0_arm64',
      224,
      '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    ),
    gpu: undefined,
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    compilerFlags: ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/lib'],
    needsAvx: false,
    diskMegabytes: 745,
    install: { python: 'brew install python3', compiler: 'xcode-select --install' },
  },
};

/**
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {string} arch
 * @property {string | undefined} glibc The C library's version on Linux; undefined where it is another one (musl).
 * @property {boolean} avx
 */

/** What is downloaded: the library's wheel first. @param {Platform} platform @param {boolean} gpu @returns {Wheel[]} */
export function wheelsFor(platform, gpu) {
  return gpu && platform.gpu ? [platform.gpu.wheel, ...platform.gpu.cuda] : [platform.wheel];
}

/** @param {Platform} platform @param {boolean} gpu */
export function diskMegabytes(platform, gpu) {
  return (gpu && platform.gpu ? platform.gpu : platform).diskMegabytes;
}

/** @returns {Machine} */
export function thisMachine() {
  const { platform, arch } = process;
  return { platform, arch, glibc: platform === 'linux' ? glibcVersion() : undefined, avx: hasAvx() };
}

/**
 * The platform's entry, or the one line that says why there is none.
 * @param {Pick<Machine, 'platform' | 'arch' | 'glibc'>} machine
 * @returns {Platform | string}
 */
export function platformOf({ platform, arch, glibc }) {
  if (platform === 'win32') {
    return 'TensorFlow has no current C library for Windows: use WSL (wsl --install) and run this inside it.';
  }
  const found = PLATFORMS[`${platform}-${arch}`];
  if (!found)
    return `TensorFlow has no current C library for ${platform} on ${arch}: use Linux (x64, arm64) or macOS (arm64).`;
  if (platform !== 'linux') return found;
  if (glibc === undefined) {
    return 'TensorFlow has no C library for this Linux, whose C library is not glibc (Alpine?): use a Debian, Ubuntu or Fedora.';
  }
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 27)) {
    return `TensorFlow needs glibc 2.27 and here is ${glibc}: use a newer Linux (Debian 10, Ubuntu 18.04 and later).`;
  }
  return found;
}

function glibcVersion() {
  const report = /** @type {{ excludeNetwork?: boolean } & NodeJS.ProcessReport} */ (process.report);
  // Without this the report asks the name server about each connection.
  report.excludeNetwork = true;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    /** @type {unknown} */ (report.getReport())
  );
  return header.glibcVersionRuntime;
}

function hasAvx() {
  try {
    return /^flags\s*:.*\bavx\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return true; // Not Linux: the load test in a child process has the last word.
  }
}
