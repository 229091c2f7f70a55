/** What scores say of themselves: how they were made, and how that differs from the paper's. */
import { readScoreFacts, singleProtocols } from '../../nn/scores.js';
import type { Labels } from '../../plan/labels.js';
import type { PaperTable } from '../../spec/paper-table.js';
import type { ArtifactReader } from '../../run/stage.js';
import type { RowProtocol, TableRow, Unlike } from '../../run/table.js';
import { protocolParts, realScales } from './protocol-clauses.js';
import { unlikePaper } from './unlike-paper.js';

export type RowFacts = Pick<
  TableRow,
  'real' | 'images' | 'things' | 'classes' | 'positions' | 'protocol' | 'unlike'
>;

/** Of rows that only the paper has, and of artifacts other than scores. */
export const NO_FACTS: RowFacts = {
  real: {},
  ...{ images: null, things: null, classes: null, positions: null, protocol: null, unlike: null },
};

/** What a row stands for, and the paper's row that it equals. */
export interface FactsRow {
  readonly labels: Labels;
  readonly paper: PaperTable | null;
  readonly printed: PaperTable['rows'][number] | undefined;
}

/** @param readers scores of the row's runs; images, classes, positions and scales are those of the first */
export async function factsOf(
  { labels, paper, printed }: FactsRow,
  readers: readonly ArtifactReader[],
): Promise<RowFacts> {
  let facts = NO_FACTS;
  const unlike = new Map<string, Unlike>();
  const protocols = new Map<string, RowProtocol>();
  const isComparable = paper?.measuredOn !== undefined && printed !== undefined;
  for (const [i, reader] of readers.entries()) {
    const { protocol, ids, things, classes } = await readScoreFacts(reader);
    const parts = protocolParts(protocol);
    protocols.set(JSON.stringify(parts), parts);
    const positions = singleProtocols(protocol).map((single) => single.positions);
    if (i === 0)
      facts = {
        real: realScales(protocol),
        images: ids.length,
        things: things ? new Set(things).size : null,
        classes: classes.length,
        positions: [
          Math.min(...positions.map(([fewest]) => fewest)),
          Math.max(...positions.map(([, most]) => most)),
        ],
        protocol: null,
        unlike: null,
      };
    if (!isComparable) continue;
    const joined = { labels, printed, protocol, images: ids.length, classes: classes.length };
    for (const one of unlikePaper(joined, { ...paper, measuredOn: paper.measuredOn! }))
      unlike.set(`${one.what} ${one.ours}`, one);
  }
  const protocol = together([...protocols.values()]);
  return { ...facts, protocol, unlike: isComparable ? [...unlike.values()] : null };
}

/** Where runs were measured in several ways, each is said. */
function together(protocols: readonly RowProtocol[]): RowProtocol | null {
  const [first, ...others] = protocols;
  if (!first || others.length === 0) return first ?? null;
  return { joined: 'runs', parts: protocols.flatMap(({ parts }) => parts) };
}
