/** The report on an image set, in lines for people. */
import type { SetReport, SplitReport } from '../inspect/check-data.js';

/** More problems would scroll the first ones off the screen; `--json` has them all. */
const SHOWN = 50;

export function describeSet(report: SetReport): string {
  const { name, kind, root, classes, splits, nearest, problems } = report;
  const lines = [
    `${name} (${kind}${root === null ? '' : ` in ${root}`}): ${classes} classes`,
    ...Object.entries(splits).flatMap(([split, found]) => describeSplit(split, found, report)),
    ...nearest.map(
      ({ train, val, bits, colour }, i) =>
        `${i === 0 ? '  nearest pairs ' : '                '}${bits} of 256 bits, ${colour.toFixed(1)} grey levels: train/${train} and val/${val}`,
    ),
  ];
  if (problems.length === 0) return [...lines, '  Nothing is wrong.'].join('\n');
  const rest = problems.length - SHOWN;
  return [
    ...lines,
    `  ${problems.length} ${problems.length === 1 ? 'thing is' : 'things are'} wrong:`,
    ...problems.slice(0, SHOWN).map((problem) => `    ${problem}`),
    ...(rest > 0 ? [`    ... and ${rest} more (--json prints all)`] : []),
  ].join('\n');
}

function describeSplit(
  split: string,
  { images, fewest, most, smallestSide, enlarged, unreadable, grey, cmyk, alpha }: SplitReport,
  { largestScale }: SetReport,
): readonly string[] {
  const sides = smallestSide
    ? [
        `    smallest sides ${smallestSide.min} to ${smallestSide.max} px, median ${smallestSide.median} px`,
        ...(enlarged === null
          ? []
          : [`    ${enlarged} images smaller than ${largestScale} px, the largest scale, are enlarged`]),
      ]
    : [];
  return [
    `  ${split}: ${images} images, ${fewest.images} (${fewest.name}) to ${most.images} (${most.name}) a class`,
    ...sides,
    `    ${unreadable.length} unreadable, ${grey} grey, ${cmyk} CMYK, ${alpha} with alpha`,
  ];
}
