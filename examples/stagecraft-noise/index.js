/** What `plugins: [stagecraft-noise]` in a spec loads, in the process that plans and in those that work. */
import { definePlugin } from 'stagecraft/plugin';
import { gain } from './gain.js';
import { nll } from './nll.js';
import { noise } from './noise.js';
import { stripes } from './stripes.js';

export default definePlugin({
  stagecraft: 1,
  name: 'stagecraft-noise',
  stages: [noise],
  datasets: [stripes],
  metrics: [nll],
  layers: [gain],
});
