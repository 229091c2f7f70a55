import type { ClaimPair, ClaimPlan } from '../../plan/claim-tasks.js';
import { type Claims, CLAIMS_FILE, type TestedClaim, type TestedPair } from '../../run/claims.js';
import type { Metric, Metrics, Outcomes } from '../../run/metric.js';
import { type ArtifactReader, breathe, Stage, type StageTask, TaskError } from '../../run/stage.js';
import { holm } from '../../statistics/holm.js';
import type { ClaimsParameters } from './definition.js';
import { type DesignSample, testOfDesign } from './of-design.js';
import { type ImagesTest, testOnImages } from './on-images.js';
import { type SingleTest, verdictOf } from './test.js';

/** Both tests of one comparison, before the others are known. */
interface Tried {
  readonly plan: ClaimPlan;
  readonly pair: ClaimPair;
  readonly nets: ImagesTest;
  readonly design: DesignSample | undefined;
}

export class ClaimsStage extends Stage<ClaimsParameters> {
  readonly kind = 'claims';
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    super();
    this.#metrics = metrics;
  }

  async run({ parameters, inputs, output, reporter, signal }: StageTask<ClaimsParameters>): Promise<void> {
    const total = parameters.claims.reduce((sum, { pairs }) => sum + pairs.length, 0);
    const tried: Tried[] = [];
    for (const plan of parameters.claims) {
      const metric = this.#metrics.get(plan.metric);
      for (const pair of plan.pairs) {
        const outcomes = (places: readonly number[]) =>
          Promise.all(places.map((place) => outcomesOf(metric, inputs['scores']![place]!)));
        const [from, to] = [await outcomes(pair.from.inputs), await outcomes(pair.to.inputs)];
        checkSameImages(plan, [...from, ...to]);
        const nets = testOnImages(plan, from, to);
        tried.push({ plan, pair, nets, design: testOfDesign(plan, from, to) });
        reporter.progress(tried.length, total, 'comparisons');
        await breathe(signal);
      }
    }
    const claims: Claims = { format: 2, claims: this.#judged(parameters.claims, tried) };
    await output.write(CLAIMS_FILE, `${JSON.stringify(claims, null, 2)}\n`);
  }

  #judged(plans: readonly ClaimPlan[], tried: readonly Tried[]): readonly TestedClaim[] {
    const designs = tried.flatMap(({ design }) => (design ? [design] : []));
    // Two families: what holds of these nets and what holds of their design are claims apart.
    const families: readonly (readonly SingleTest[])[] = [tried.map(({ nets }) => nets), designs];
    const adjusted = raisedIn(families, ({ p }) => p);
    // That a claim is contradicted is another assertion, with a family of its own.
    const against = raisedIn(families, ({ againstP }) => againstP);
    const judged = <T extends SingleTest>(plan: ClaimPlan, { againstP, ...test }: T, key: SingleTest) => {
      const [adjustedP, adjustedAgainst] = [adjusted.get(key)!, against.get(key) ?? null];
      return {
        ...test,
        adjustedP,
        against: againstP === null ? null : { p: againstP, adjustedP: adjustedAgainst! },
        verdict: verdictOf(plan, key, { adjustedP, againstP: adjustedAgainst }),
      };
    };
    return plans.map((plan) => ({
      ...{ name: plan.name, says: plan.says, expect: plan.expect, metric: plan.metric, margin: plan.margin },
      heading: this.#metrics.get(plan.metric).heading,
      pairs: tried
        .filter((one) => one.plan === plan)
        .map(({ pair: { from, to, same }, nets, design }): TestedPair => ({
          ...{ from: from.labels, to: to.labels, same },
          nets: judged(plan, nets, nets),
          design: design ? judged(plan, design, design) : null,
        })),
    }));
  }
}

/** By Holm within each family, of the tests that have such a probability. */
function raisedIn(
  families: readonly (readonly SingleTest[])[],
  pOf: (test: SingleTest) => number | null,
): ReadonlyMap<SingleTest, number> {
  return new Map(
    families.flatMap((family) => {
      const tested = family.flatMap((test) => (pOf(test) === null ? [] : [{ test, p: pOf(test)! }]));
      const raised = holm(tested.map(({ p }) => p));
      return tested.map(({ test }, i): [SingleTest, number] => [test, raised[i]!]);
    }),
  );
}

async function outcomesOf(metric: Metric, artifact: ArtifactReader): Promise<Outcomes> {
  if (!metric.outcomes)
    throw new TaskError(
      `"${metric.name}" does not say which images are wrong, so no claim can be tested on it. Choose an error rate.`,
    );
  return metric.outcomes(artifact);
}

function checkSameImages({ name }: ClaimPlan, results: readonly Outcomes[]): void {
  const [{ ids }, ...others] = results as readonly [Outcomes, ...Outcomes[]];
  if (ids.length < 2)
    throw new TaskError(`The claim "${name}" rests on one image, of which nothing follows. Evaluate more.`);
  if (others.some((other) => other.ids.length !== ids.length || other.ids.some((id, i) => id !== ids[i])))
    throw new TaskError(
      `The claim "${name}" compares results on other images, which cannot be paired. Evaluate both sides on the same ones.`,
    );
}
