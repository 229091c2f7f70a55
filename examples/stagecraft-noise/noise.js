/** A kind of stage: posteriors that are less sure of themselves, to see how a table takes it. */
import { normals, readScores, Stage, streamKey, Strict, Type, writeScores } from 'stagecraft/plugin';

/** @import { PluginStage, StageTask } from 'stagecraft/plugin' */

const schema = Strict(
  {
    kind: Type.Literal('noise', { description: 'Adds noise to posteriors.' }),
    sd: Type.Number({
      minimum: 0,
      default: 1,
      description: 'Standard deviation of the noise on the logarithms of the posteriors.',
    }),
    seed: Type.Integer({ minimum: 0, default: 1, description: 'Of the noise.' }),
  },
  { description: 'Posteriors with noise.' },
);

/** @extends {Stage<{ sd: number, seed: number }>} */
class NoiseStage extends Stage {
  kind = 'noise';

  /** @param {StageTask<{ sd: number, seed: number }>} task */
  async run({ parameters: { sd, seed }, inputs, output }) {
    const scores = await readScores(inputs['scores'][0]);
    const classes = scores.classes.length;
    const noise = normals(streamKey(seed, 'noise'), scores.posteriors.length, sd);
    const noisy = scores.posteriors.map((p, i) => p * Math.exp(noise[i]));
    for (let row = 0; row < noisy.length; row += classes) {
      const sum = noisy.subarray(row, row + classes).reduce((a, b) => a + b, 0);
      for (let i = row; i < row + classes; i++) noisy[i] /= sum;
    }
    for (const [file, bytes] of Object.entries(writeScores({ ...scores, posteriors: noisy })))
      await output.write(file, bytes);
  }
}

/** @type {PluginStage} */
export const noise = {
  definition: {
    kind: 'noise',
    version: '1',
    description: 'adds noise to posteriors',
    schema,
    subject: { artifact: 'scores', many: false, description: 'it adds noise to scores.' },
    inputs: { scores: 'scores' },
    output: 'scores',
    usesEngine: false,
    readsImages: false,
    expand: (parameters, context) => {
      const { sd, seed } = /** @type {{ sd: number, seed: number }} */ (parameters);
      return {
        kind: 'noise',
        parameters: { sd, seed },
        inputs: { scores: context.subjects[0].draft },
        labels: { sd },
      };
    },
  },
  create: () => new NoiseStage(),
};
