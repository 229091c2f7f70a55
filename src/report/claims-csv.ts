/** Tested claims as CSV (RFC 4180), a line a test: numbers as they are. */
import { formatLabels } from '../plan/labels.js';
import type { Claims, ClaimTest, TestedClaim, TestedPair } from '../run/claims.js';
import { type Cell, csvText } from './csv.js';

const HEADINGS = [
  ...['claim', 'from', 'to', 'same', 'metric', 'expect', 'margin', 'of', 'images', 'clusters'],
  ...[
    'runs_from',
    'runs_to',
    'change',
    'low',
    'high',
    'level',
    'p',
    'p_holm',
    'p_against_holm',
    'detectable',
    'verdict',
  ],
];

export function claimsToCsv({ claims }: Claims): string {
  const lines = claims.flatMap((claim) =>
    claim.pairs.flatMap((pair) => {
      const { nets, design } = pair;
      const ofNets = [...start(claim, pair), 'nets', nets.images, nets.clusters, null, null, ...end(nets)];
      if (!design) return [ofNets];
      return [ofNets, [...start(claim, pair), 'design', null, null, ...design.runs, ...end(design)]];
    }),
  );
  return csvText([HEADINGS, ...lines]);
}

function start(
  { name, metric, expect, margin }: TestedClaim,
  { from, to, same }: TestedPair,
): readonly Cell[] {
  return [name, ...[from, to, same].map(formatLabels), metric, expect, expect === 'lower' ? null : margin];
}

function end({
  change,
  interval,
  level,
  p,
  adjustedP,
  against,
  detectable,
  verdict,
}: ClaimTest): readonly Cell[] {
  return [change, ...interval, level, p, adjustedP, against?.adjustedP ?? null, detectable, verdict];
}
