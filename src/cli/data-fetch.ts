/** `data fetch`, `data list` and `data check NAME`: published image sets. */
import { relative, resolve } from 'node:path';
import { RELEASES } from '../fetch/catalogue.js';
import type { ReleaseReport } from '../fetch/check-release.js';
import type { ByteListener } from '../fetch/download.js';
import { isOpen, type OpenRelease, type Release } from '../fetch/release.js';
import { suggestion } from '../util/suggest.js';
import { UserError } from '../util/user-error.js';
import type { Invocation } from './invocation.js';
import { StepPrinter } from './step-printer.js';

export function findRelease(name: string): Release | undefined {
  return RELEASES.find((release) => release.name === name);
}

export async function fetchNamed({ positionals, values }: Invocation): Promise<number> {
  const [name, ...more] = positionals;
  if (name === undefined) return list({ positionals, values });
  if (more.length > 0) throw new UserError('Usage: stagecraft data fetch NAME [--to DIR] [--from URL]');
  const release = findRelease(name);
  if (!release)
    throw new UserError(
      `There is no image set "${name}" to fetch. ${suggestion(
        name,
        RELEASES.map((one) => one.name),
      )}`,
    );
  if (!isOpen(release))
    throw new UserError(
      `${name} cannot be fetched: ${release.licence}. ${release.how}\nFiles: ${release.files.join(', ')}\nPage: ${release.page}\nThen: stagecraft data check ${name} --root DIR`,
    );
  const { fetchRelease, mirrorAddress } = await import('../fetch/fetch-release.js');
  const printer = new StepPrinter(process.stderr);
  const folder = resolve(String(values['to'] ?? 'data'));
  const mirror = values['from'] === undefined ? {} : { mirror: mirrorAddress(String(values['from'])) };
  let fetched;
  try {
    fetched = await fetchRelease(release, { folder, ...mirror, progress: inMegabytes(printer) });
  } catch (error) {
    printer.end();
    if (!(error instanceof UserError)) throw error;
    // What was asked for is right, but cannot be had.
    console.error(error.message);
    return 1;
  }
  printer.end();
  const { path, wasThere } = fetched;
  const here = relative(process.cwd(), path) || '.';
  if (values['json'] === true) console.log(JSON.stringify({ name, path, wasThere }, null, 2));
  else
    console.log(
      `${here} ${wasThere ? 'is there already' : `holds ${release.title}`}. ${nextStep(release, here)}`,
    );
  return 0;
}

function nextStep({ name, data, licence }: OpenRelease, path: string): string {
  const check = `"stagecraft data check ${name} --root ${path}" compares it with the release`;
  if (!data) return `${check}; this version cannot read its images in specs yet. Terms: ${licence}.`;
  return `In a spec: data: { kind: ${data.kind}, root: ${path} }. ${check}. Terms: ${licence}.`;
}

/** A line a byte would be of no use. */
function inMegabytes(printer: StepPrinter): ByteListener {
  const megabytes = (bytes: number) => Math.floor(bytes / 1e6);
  let last = '';
  return (what, done, total) => {
    const [now, all] = [megabytes(done), Math.max(1, megabytes(total))];
    if (`${what} ${now}` === last) return;
    last = `${what} ${now}`;
    printer.hear(`${what}, MB`, now, all);
  };
}

export function list({ values }: Invocation): Promise<number> {
  if (values['json'] === true) console.log(JSON.stringify(RELEASES, null, 2));
  else console.log(RELEASES.map(describe).join('\n\n'));
  return Promise.resolve(0);
}

function describe(release: Release): string {
  const { name, title, licence, page, holds } = release;
  const bytes = isOpen(release)
    ? release.archives.reduce((sum, archive) => sum + archive.bytes, 0)
    : undefined;
  const size = bytes === undefined ? 'by hand' : `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    `${name} (${size}): ${title}`,
    `  ${holds.classes} classes, ${holds.train} images to train on, ${holds.val} to validate with`,
    `  terms: ${licence}`,
    `  ${page}`,
  ].join('\n');
}

/** Of a set without problems. */
function verdictOn({ absent, compared }: Pick<ReleaseReport, 'absent' | 'compared'>): string {
  const rest = absent.includes('train')
    ? ' Its training images are not here.'
    : absent.length > 0
      ? ' Its validation images are not here.'
      : '';
  const files = compared ? ' These files are as they were unpacked.' : '';
  return `It holds as many images and classes as were published.${files}${rest}`;
}

export async function checkNamed(release: Release, { values }: Invocation): Promise<number> {
  if (values['root'] === undefined)
    throw new UserError(`Where is it? stagecraft data check ${release.name} --root DIR`);
  const { checkRelease } = await import('../fetch/check-release.js');
  const printer = new StepPrinter(process.stderr);
  const report = await checkRelease(release, resolve(String(values['root'])), printer.hear);
  printer.end();
  console.log(values['json'] === true ? JSON.stringify(report, null, 2) : describeReport(report));
  return report.problems.length === 0 ? 0 : 1;
}

/** More would scroll the first ones off the screen; `--json` has them all. */
const SHOWN = 50;

function describeReport({ name, root, found, absent, compared, problems }: ReleaseReport): string {
  const { classes, train, val } = found;
  const counts =
    classes === undefined
      ? ''
      : `: ${classes} classes, ${train ?? 'no'} training and ${val ?? 'no'} validation images`;
  const rest = problems.length - SHOWN;
  return [
    `${name} in ${root}${counts}`,
    ...(compared === null && classes === undefined
      ? []
      : [
          compared === null
            ? '  There is no SHA256SUMS, which "data fetch" writes, so no file was compared. To look at every image: data check SPEC.'
            : `  ${compared} files compared with SHA256SUMS`,
        ]),
    ...(problems.length === 0 ? [`  ${verdictOn({ absent, compared })}`] : []),
    ...problems.slice(0, SHOWN).map((problem) => `  ${problem}`),
    ...(rest > 0 ? [`  ... and ${rest} more (--json prints all)`] : []),
  ].join('\n');
}
