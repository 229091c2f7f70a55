/** Puts tested claims where people look: `runs/<experiment>/claims.md`, `.html`, `.tex`, `.csv` and `.json`. */
import { needed, type Plan, tasksByRecipe } from '../plan/plan.js';
import { type Claims, CLAIMS_FILE } from '../run/claims.js';
import { claimsToCsv } from './claims-csv.js';
import { toHtml } from './html.js';
import { toLatex } from './latex.js';
import { toMarkdown } from './markdown.js';
import { printedClaims } from './printed-claims.js';
import { type FinishedExperiment, readOrSetAside, type Shelf, writeFormats, type Written } from './shelf.js';

export interface WrittenClaims extends Written {
  readonly claims: Claims;
}

/**
 * @returns undefined for an experiment that makes no claim, or whose claims could not be tested
 * @throws DamagedArtifactError if they are not what was stored; they have been set aside then
 */
export async function writeClaims(
  { plan, experiment, done }: FinishedExperiment,
  shelf: Shelf,
): Promise<WrittenClaims | undefined> {
  const { claims: tested, title, tables } = experiment;
  const execution = tested && done.get(tested.recipe);
  if (!execution) return undefined;
  const text = Buffer.from(await readOrSetAside(shelf.store, execution, CLAIMS_FILE)).toString('utf8');
  const { claims: found, ...rest } = JSON.parse(text) as Claims;
  const claims: Claims = {
    ...rest,
    claims: [...found].sort((a, b) => tested.names.indexOf(a.name) - tested.names.indexOf(b.name)),
  };
  const printed = printedClaims(claims, {
    caption: tables.length > 0 ? `${title}: claims` : title,
    measuredOn: measuredOn(tested.recipe, plan, experiment.profile),
  });
  const formats = {
    json: `${JSON.stringify(claims, null, 2)}\n`,
    csv: claimsToCsv(claims),
    tex: toLatex(printed, 'claims'),
    html: toHtml(printed),
    md: toMarkdown(printed),
  };
  return { claims, ...(await writeFormats(shelf, 'claims', formats)) };
}

/** What the results behind the claims are of. */
function measuredOn(recipe: string, plan: Plan, profile: string | null): string {
  const names = needed([recipe], tasksByRecipe(plan)).flatMap(({ dataset }) =>
    dataset ? [dataset.name] : [],
  );
  const sets = [...new Set(names)].join(', ');
  return `${sets === '' ? 'their own images' : sets}${profile === null ? '' : ` (profile ${profile})`}`;
}
