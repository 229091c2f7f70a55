/** Tests of what the paper claims. Written in a spec under `claims:`. */
import { type ClaimPlan, CLAIMS_KIND } from '../../plan/claim-tasks.js';
import type { StageDefinition } from '../../plan/definition.js';

/** As the plan writes them. */
export interface ClaimsParameters {
  readonly claims: readonly ClaimPlan[];
}

export const claimsDefinition: StageDefinition = {
  kind: CLAIMS_KIND,
  version: '2',
  description: "tests the paper's claims",
  inputs: { scores: 'scores' },
  output: 'claims',
  usesEngine: false,
  readsImages: false,
  expand: () => {
    throw new Error('Internal error: a spec cannot name the kind "claims"');
  },
};
