/** What is wrong with what a plugin brings, said before any of it is used: a wrong kind would fail far from its cause. */
import { KIND_NAME } from '../nn/layer-kinds.js';
import { NAMES } from '../spec/schema.js';
import { SWEEP_KEYS } from '../spec/sweep-schema.js';
import { suggestion } from '../util/suggest.js';
import { schemaProblem } from '../util/validator.js';

/** Plugins may be plain JavaScript, so nothing is known of the parts but that they are there. */
type Part = Readonly<Record<string, unknown>>;

/** What `data:` has in every kind of image set. */
const DATASET_KEYS = new Set(['kind', 'name', 'expect', 'badImages']);

const LAYER_METHODS = [
  'outputSize',
  'parameterShapes',
  'multiplyAdds',
  'forward',
  'forwardDense',
  'backward',
] as const;

const LISTS = ['stages', 'datasets', 'metrics', 'layers'] as const;

const PLUGIN_KEYS = ['stagecraft', 'name', ...LISTS];

const STAGE_KEYS = [
  ...['kind', 'version', 'description', 'schema', 'subject', 'inputs', 'output', 'usesEngine', 'readsImages'],
  ...['expand', 'cost', 'notYet'],
];

/** What is wrong with the default export of a plugin's module: a sentence for each part of it that is. */
export function pluginProblems(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null)
    return ['Its default export is no plugin: export default definePlugin({...}).'];
  const plugin = value as Part;
  const version = plugin['stagecraft'];
  if (version !== 1)
    return [
      typeof version === 'number'
        ? `It is made for version ${version} of the plugin interface; this is version 1.`
        : 'It does not say for which version of the plugin interface it is made: stagecraft: 1.',
    ];
  const { name } = plugin;
  const list = (key: (typeof LISTS)[number], problemOf: (part: Part) => string | undefined) => {
    const parts = plugin[key] ?? [];
    return Array.isArray(parts) ? parts.map((part) => problemOf(partOf(part))) : [`Its "${key}" is no list.`];
  };
  const problems = [
    typeof name === 'string' && name.trim() !== '' ? undefined : 'It has no name.',
    unknownKey('plugin', plugin, PLUGIN_KEYS),
    ...list('stages', stageProblem),
    ...list('datasets', datasetProblem),
    ...list('metrics', metricProblem),
    ...list('layers', layerProblem),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/** What is data has no other keys; a metric or a layer may keep things of its own. */
function unknownKey(what: string, part: Part, known: readonly string[]): string | undefined {
  const key = Object.keys(part).find((name) => !known.includes(name));
  return key === undefined
    ? undefined
    : `The key "${key}" means nothing in a ${what}. ${suggestion(key, known)}`;
}

function partOf(value: unknown): Part {
  return typeof value === 'object' && value !== null ? (value as Part) : {};
}

function stageProblem({ definition, create }: Part): string | undefined {
  if (typeof definition !== 'object' || definition === null || typeof create !== 'function')
    return 'Each of its "stages" needs a definition and create().';
  const stage = definition as Part;
  const what = `stage kind "${String(stage['kind'])}"`;
  return (
    kindProblem('stage', stage['kind']) ??
    unknownKey(what, stage, STAGE_KEYS) ??
    missing(what, stage, {
      version: 'string',
      description: 'string',
      output: 'string',
      expand: 'function',
    }) ??
    missing(what, stage, { inputs: 'object', usesEngine: 'boolean', readsImages: 'boolean' }) ??
    optional(what, stage, { cost: 'function', notYet: 'function' }) ??
    (stage['subject'] === undefined ? undefined : subjectProblem(what, stage['subject'])) ??
    // A kind without a schema is one that other stages imply.
    (stage['schema'] === undefined
      ? undefined
      : mapProblem(what, partOf(stage['schema']), { kind: stage['kind'], taken: SWEEP_KEYS }))
  );
}

function subjectProblem(what: string, subject: unknown): string | undefined {
  return missing(`${what}'s "subject"`, partOf(subject), {
    artifact: 'string',
    many: 'boolean',
    description: 'string',
  });
}

function datasetProblem({ schema, create }: Part): string | undefined {
  if (typeof schema !== 'object' || schema === null || typeof create !== 'function')
    return 'Each of its "datasets" needs a schema and create().';
  const set = schema as Part;
  const what = `image set kind "${String(set['kind'])}"`;
  return (
    kindProblem('image set', set['kind']) ??
    missing(what, set, { description: 'string', properties: 'object' }) ??
    optional(what, set, { version: 'string' }) ??
    keysProblem(what, partOf(set['properties']), DATASET_KEYS) ??
    formProblem(what, { type: 'object', properties: set['properties'] })
  );
}

function metricProblem(metric: Part): string | undefined {
  const { name } = metric;
  if (typeof name !== 'string' || !new RegExp(NAMES.LABEL_NAME).test(name))
    return `A metric cannot be named ${JSON.stringify(name)}: a letter, then letters, digits or "_".`;
  const forms = {
    version: 'string',
    artifact: 'string',
    description: 'string',
    heading: 'string',
    isErrorRate: 'boolean',
  };
  const what = `metric "${name}"`;
  return (
    missing(what, metric, { ...forms, measure: 'function' }) ??
    optional(what, metric, { outcomes: 'function' })
  );
}

function layerProblem(layer: Part): string | undefined {
  const what = `layer kind "${String(layer['kind'])}"`;
  return (
    kindProblem('layer', layer['kind']) ??
    missing(what, layer, { version: 'string', description: 'string', schema: 'object' }) ??
    missing(what, layer, Object.fromEntries(LAYER_METHODS.map((method) => [method, 'function']))) ??
    mapProblem(what, partOf(layer['schema']), { kind: layer['kind'], taken: new Set() })
  );
}

function kindProblem(sort: string, kind: unknown): string | undefined {
  return typeof kind === 'string' && KIND_NAME.test(kind)
    ? undefined
    : `A ${sort} kind cannot be named ${JSON.stringify(kind)}: a letter, then letters, digits or "-".`;
}

/** Like {@link missing}, of keys that may be left out. */
function optional(what: string, part: Part, forms: Readonly<Record<string, string>>): string | undefined {
  const there = Object.entries(forms).filter(([key]) => part[key] !== undefined);
  return missing(what, part, Object.fromEntries(there));
}

/** @param forms what `typeof` says of each key */
function missing(what: string, part: Part, forms: Readonly<Record<string, string>>): string | undefined {
  const key = Object.keys(forms).find(
    (name) => typeof part[name] !== forms[name] || part[name] === '' || part[name] === null,
  );
  if (key === undefined) return undefined;
  const [found, form] = [part[key], forms[key]!];
  return found === undefined || found === null || found === ''
    ? `Its ${what} has no ${key}${form === 'function' ? '()' : ''}.`
    : `The ${key} of its ${what} is a ${typeof found}, but must be a ${form}.`;
}

/** A schema of a map that is told apart by its kind. */
function mapProblem(
  what: string,
  schema: Part,
  { kind, taken }: { readonly kind: unknown; readonly taken: ReadonlySet<string> },
): string | undefined {
  const properties = partOf(schema['properties']);
  if (partOf(properties['kind'])['const'] !== kind)
    return `The schema of its ${what} does not say so: its key "kind" must be Type.Literal(${JSON.stringify(kind)}).`;
  if (schema['type'] !== 'object' || schema['additionalProperties'] !== false)
    return `The schema of its ${what} lets unknown keys through: make it by Strict({...}).`;
  return keysProblem(what, properties, taken) ?? formProblem(what, schema);
}

function keysProblem(what: string, properties: Part, taken: ReadonlySet<string>): string | undefined {
  const keys = Object.keys(properties);
  const word = keys.find((key) => taken.has(key));
  if (word !== undefined)
    return `Its ${what} has the key "${word}", which belongs to the language of specs. Give it another name.`;
  const bare = keys.find((key) => {
    const { description } = partOf(properties[key]);
    return typeof description !== 'string' || description === '';
  });
  return bare === undefined ? undefined : `The key "${bare}" of its ${what} has no description.`;
}

function formProblem(what: string, schema: Part): string | undefined {
  const problem = schemaProblem(schema);
  return problem === undefined ? undefined : `The schema of its ${what} is no JSON Schema: ${problem}.`;
}
