/** The reference of the spec language in Markdown, written from the same schemas that check specs. */
import type { TSchema } from '../util/type.js';
import { namedKinds, skeletonSchema } from './experiment-schema.js';
import type { Vocabulary } from './schema.js';
import { claim } from './claim-schema.js';
import { heatmap } from './heatmap-schema.js';
import { step } from './step-schema.js';
import { languageSchemas } from './sweep-schema.js';
import { FACTS_OF, TABLE_FACTS } from './table-facts.js';
import { table as tableSchema } from './table-schema.js';

interface Node {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly reference?: string;
  readonly expected?: string;
}

/** @param outputs type of artifact that each kind of stage makes */
export function referenceDocs(vocabulary: Vocabulary, outputs: ReadonlyMap<string, string>): string {
  const kinds = namedKinds(vocabulary).map(({ kind, description, schema, subject }) => {
    const works = subject
      ? `Works on ${subject.artifact}: \`from\` or \`each\`${subject.many ? ', or many at once by `over` and `by`' : ''}.`
      : 'Needs neither `from` nor `each`.';
    return section(
      `\`${kind}\``,
      `${capitalised(description)}. ${works} Makes ${outputs.get(kind) ?? 'an artifact of its own'}.`,
      schema,
    );
  });
  const sets = vocabulary.datasets.map(({ kind, description, properties }) =>
    section(`\`${kind}\``, description, { properties }),
  );
  return [
    '# Reference of the spec language',
    '',
    'Written by `npm run schemas` from the schemas that check specs; do not edit. What the parts are for and how they go together: [spec-language.md](spec-language.md).',
    '',
    '## Sections of a spec',
    '',
    ...table(skeletonSchema(vocabulary).properties),
    '## Keys of every stage',
    '',
    ...table(languageSchemas()),
    '## Kinds of stages',
    '',
    ...kinds.flat(),
    '## Kinds of image sets (`data`, `datasets`)',
    '',
    ...sets.flat(),
    '## Keys of a table (`tables`)',
    '',
    ...table(tableSchema.properties, tableSchema.required),
    '## Keys of a step (`steps` of a table)',
    '',
    ...table(step.properties, step.required),
    '## Keys of a heat map (`heatmap` of a table)',
    '',
    ...table(heatmap.properties, heatmap.required),
    '## Keys of a claim (`claims`)',
    '',
    ...table(claim.properties, claim.required),
    '## Metrics (columns of tables)',
    '',
    '| metric | of | what |',
    '| --- | --- | --- |',
    ...vocabulary.metrics.map(
      ({ name, artifact, description }) => `| \`${name}\` | ${artifact} | ${description} |`,
    ),
    '',
    `Of ${FACTS_OF} also what they say of themselves:`,
    '',
    '| column | what |',
    '| --- | --- |',
    ...TABLE_FACTS.map(({ name, description }) => `| \`${name}\` | ${description} |`),
    '',
    '## Layers (`nets`)',
    '',
    vocabulary.shortLayers.form,
    '',
    ...vocabulary.layers.flatMap(({ kind, description, schema }) =>
      section(`\`${kind}\``, description, schema),
    ),
  ].join('\n');
}

function section(title: string, text: string, schema: TSchema): readonly string[] {
  const { properties = {}, required = [] } = schema as unknown as Node;
  const own = Object.fromEntries(Object.entries(properties).filter(([key]) => key !== 'kind'));
  return [`### ${title}`, '', text, '', ...table(own, required)];
}

/** Nothing where there are no keys. */
function table(
  properties: Readonly<Record<string, unknown>>,
  required?: readonly string[],
): readonly string[] {
  const rows = Object.entries(properties as Readonly<Record<string, Node>>);
  if (rows.length === 0) return [];
  return [
    '| key | form | default | what |',
    '| --- | --- | --- | --- |',
    ...rows.map(([key, node]) => {
      const initial =
        node.default !== undefined
          ? `\`${JSON.stringify(node.default)}\``
          : required?.includes(key)
            ? 'needed'
            : '';
      return `| \`${key}\` | ${cell(form(node))} | ${cell(initial)} | ${cell(node.description ?? '')} |`;
    }),
    '',
  ];
}

function form(node: Node): string {
  if (node.reference !== undefined) return `a stage that makes ${node.reference}`;
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.expected !== undefined) return node.expected;
  if (node.oneOf) return 'a map with its kind';
  if (node.type === 'array') return `a list${example(node)}`;
  if (node.type === 'object') return `a map${example(node)}`;
  if (node.type === 'integer') return `a whole number${limits(node)}`;
  if (node.type === 'number') return `a number${limits(node)}`;
  if (node.type === 'boolean') return 'true or false';
  return `text${example(node)}`;
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Node): string {
  const parts = [
    minimum !== undefined && `from ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `to ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}

function example({ examples }: Node): string {
  return examples ? `, e.g. \`${JSON.stringify(examples[0])}\`` : '';
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
