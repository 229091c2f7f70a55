/** Tested claims as they are printed, whatever the format. */
import { formatLabel, formatLabels, type Labels } from '../plan/labels.js';
import type { Claims, ClaimTest, TestedClaim, TestedPair } from '../run/claims.js';
import { gridOf, type PrintedColumn, signed } from './printed-grid.js';
import type { PrintedTable } from './printed-table.js';

/** One line: a comparison of a claim. */
interface Line {
  readonly claim: TestedClaim;
  readonly pair: TestedPair;
  /** Whether the lines above are of the same claim. */
  readonly continues: boolean;
}

export interface ClaimsReport {
  readonly caption: string;
  /** The image sets, and the scale of work, in words. */
  readonly measuredOn: string;
}

export function printedClaims({ claims }: Claims, { caption, measuredOn }: ClaimsReport): PrintedTable {
  const lines = claims.flatMap((claim) =>
    claim.pairs.map((pair, i): Line => ({ claim, pair, continues: i > 0 })),
  );
  const hasDesigns = lines.some(({ pair }) => pair.design !== null);
  const columns = [
    ...COLUMNS,
    ...testColumns('these nets', ({ nets }) => nets),
    ...(hasDesigns ? testColumns('this design', ({ design }) => design) : []),
  ];
  return {
    caption,
    grid: gridOf(columns, lines),
    notes: notesOf(claims, measuredOn),
    steps: undefined,
  };
}

const COLUMNS: readonly PrintedColumn<Line>[] = [
  { heading: 'claim', cell: ({ claim, continues }) => (continues ? '' : claim.says) },
  { heading: 'expected', cell: ({ claim, continues }) => (continues ? '' : expected(claim)) },
  { heading: 'comparison', cell: ({ claim, pair }) => comparison(pair, claim) },
  { heading: 'n', cell: ({ pair }) => sampleOf(pair) },
  { heading: 'change, points', cell: ({ pair }) => signed(pair.nets.change) },
];

function testColumns(
  of: string,
  testOf: (pair: TestedPair) => ClaimTest | null,
): readonly PrintedColumn<Line>[] {
  const cell = (text: (test: ClaimTest) => string) => (line: Line) => {
    const test = testOf(line.pair);
    return test ? text(test) : '-';
  };
  return [
    {
      heading: of,
      cell: cell(({ interval: [low, high], level }) => `${signed(low)} to ${signed(high)} (${level}%)`),
    },
    { heading: 'p (Holm)', cell: cell((test) => inWords(ofVerdict(test))) },
    { heading: 'detectable', cell: cell(({ detectable }) => detectable.toFixed(1)) },
    { heading: 'verdict', cell: cell(({ verdict }) => verdict) },
  ];
}

/** Of what the verdict says: where a claim is contradicted, that of the opposite. */
function ofVerdict({ adjustedP, against, verdict }: ClaimTest): number {
  return verdict === 'contradicted' && against ? against.adjustedP : adjustedP;
}

function inWords(p: number): string {
  return p < 0.001 ? '<0.001' : p.toFixed(3);
}

function expected({ expect, metric, margin }: TestedClaim): string {
  const change = { lower: 'lower', equal: `equal ±${margin}`, 'not-higher': `at most ${margin} higher` }[
    expect
  ];
  return `${metric} ${change}`;
}

/** What all comparisons of a claim share tells them not apart. */
function comparison({ from, to, same }: TestedPair, { pairs }: TestedClaim): string {
  const telling = Object.entries(same).filter(
    ([axis, value]) =>
      pairs.length === 1 || pairs.some((pair) => formatLabel(pair.same[axis]!) !== formatLabel(value)),
  );
  const where = formatLabels(Object.fromEntries(telling));
  return `${sideOf(from, to)} to ${sideOf(to, from)}${where === '' ? '' : `, ${where}`}`;
}

/** By the axes that both sides have and in which they differ, where there are such. */
function sideOf(labels: Labels, other: Labels): string {
  const differing = Object.entries(labels).filter(
    ([axis, value]) => Object.hasOwn(other, axis) && formatLabel(other[axis]!) !== formatLabel(value),
  );
  return formatLabels(Object.fromEntries(differing)) || formatLabels(labels) || 'all';
}

function sampleOf({ nets: { images, clusters }, design }: TestedPair): string {
  const things = clusters === images ? '' : ` of ${clusters} things`;
  return `${images} images${things}${design ? `; ${design.runs.join(' and ')} seeds` : ''}`;
}

function notesOf(claims: readonly TestedClaim[], measuredOn: string): readonly string[] {
  const pairs = claims.flatMap((claim) => claim.pairs);
  const designs = pairs.filter(({ design }) => design !== null).length;
  const isClustered = pairs.some(({ nets }) => nets.clusters < nets.images);
  return [
    `Measured on ${measuredOn}; how each net was trained and evaluated stands below the tables of the same specs. A change is the second error less the first.`,
    `- "These nets" are those that were trained, on images like these: ${isClustered ? 'images of one thing count as one observation' : "paired image by image (McNemar's exact test for one net a side)"}.`,
    designs > 0
      ? '- "This design" is the way in which they were trained, on these images: by the spread over seeds (Welch).'
      : '- Nothing is said of the way in which they were trained, for which three seeds are needed.',
    '- "Lower" is tested by both tails, "equal" and "at most" by whether the change stays within the margin.',
    `- p is raised by Holm over ${pairs.length} tests of nets${designs > 0 ? ` and over ${designs} of designs` : ''}; a verdict stands below 0.05. Where "equal" or "at most" is contradicted, p is that of a change beyond the margin, raised over all such.`,
    '- Detectable is the smallest difference, or for "equal" and "at most" the smallest margin, that such a sample shows four times in five by itself: "not shown" says no more than that.',
  ];
}
