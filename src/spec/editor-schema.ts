/**
 * The schema that editors use. It is looser than the validator's: a value may be an expression, and a key may
 * stand in the file that a spec extends or under `defaults`, so outside lists no key is asked for.
 */
import { namedKinds, sectionSchemas } from './experiment-schema.js';
import { hoisted, mapNodes, NAME_OF_PART, type Node, plain } from './hoist.js';
import { paperTable } from './paper-table.js';
import { Named, NAMES, type Vocabulary } from './schema.js';
import { stageSchema } from './sweep-schema.js';

const EXPRESSION: Node = {
  [NAME_OF_PART]: 'expression',
  type: 'string',
  pattern: '\\$\\{[^}]+\\}',
};

const DELETE: Node = {
  [NAME_OF_PART]: 'delete',
  type: ['array', 'string', 'integer'],
  items: { type: ['string', 'integer'] },
  description: 'Keys that are not taken over from what this is merged over.',
  examples: [['init']],
};

/** Sections in which no expression is replaced, so none is allowed. */
const LITERAL = new Set(['extends', 'plugins', 'vars', 'profiles']);

/** Words of ours that only the validator knows. */
const OURS = ['reference', 'net', 'expected', 'discriminator'];

export function editorSchema(vocabulary: Vocabulary): unknown {
  const sections = Object.entries(wholeSpec(vocabulary)).map(([key, section]): [string, Node] => {
    const typed = withChoices(byTag(withoutMissing(section), key), vocabulary);
    return [key, withDeletes(LITERAL.has(key) ? typed : withExpressions(typed))];
  });
  const kindOfEach = { patternProperties: { [NAMES.NAME]: { required: ['kind'] } } };
  return hoisted({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    // No title: editors would print it over every description.
    description: 'An experiment of Stagecraft.',
    type: 'object',
    properties: { ...Object.fromEntries(sections), $delete: DELETE },
    additionalProperties: false,
    // What a spec extends may have any of these, and a profile may have the data.
    if: { not: { required: ['extends'] } },
    then: {
      required: ['title', 'stages'],
      properties: { stages: kindOfEach },
      anyOf: [{ required: ['data'] }, { required: ['profiles'] }],
    },
  });
}

/** The schema of the files that hold the paper's tables. */
export function paperSchema(): unknown {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...plain(Named('^[A-Za-z0-9_-]+$', paperTable, { description: "The paper's tables, by name." })),
  };
}

/** Every section by its key, as the validator has it after merging. */
function wholeSpec(vocabulary: Vocabulary): Readonly<Record<string, Node>> {
  const kinds = namedKinds(vocabulary).map((kind) => ({ ...kind, whole: plain(stageSchema(kind)) }));
  const list = kinds.map(({ kind, description }) => `${kind} (${description})`).join('; ');
  const { profiles, ...sections } = plain(sectionSchemas(vocabulary)) as Record<string, Node>;
  const { data, datasets } = sections as { data: Node; datasets: Node };
  return {
    ...sections,
    profiles: withDataOf(profiles!, { data, datasets }),
    defaults: {
      type: 'object',
      properties: Object.fromEntries(kinds.map(({ kind, whole }) => [kind, withoutKind(kind, whole)])),
      additionalProperties: false,
      description: 'Keys that every stage of a kind has unless it says otherwise.',
      examples: [{ train: { epochs: 74 } }],
    },
    stages: {
      type: 'object',
      patternProperties: {
        [NAMES.NAME]: {
          type: 'object',
          discriminator: { propertyName: 'kind' },
          oneOf: kinds.map(({ whole }) => whole),
          description: 'One step of the experiment.',
        },
      },
      additionalProperties: false,
      minProperties: 1,
      description: `The steps, by name. Kinds: ${list}.`,
      examples: [{ a: { kind: 'train', net: 'A', S: 256, augment: 'augmented' } }],
    },
  };
}

/** What a profile replaces of the data is checked when it has been merged; an editor knows its keys anyway. */
function withDataOf(profiles: Node, whole: Readonly<Record<string, Node>>): Node {
  return mapNodes(profiles, (node) => {
    const { properties } = node as { properties?: Readonly<Record<string, Node>> };
    if (!properties || !('limits' in properties)) return node;
    const own = Object.entries(whole).map(([key, { discriminator, oneOf, patternProperties }]) => {
      const { description, examples } = properties[key]!;
      const form = discriminator
        ? { type: 'object', discriminator, oneOf }
        : { type: 'object', patternProperties, additionalProperties: false };
      return [key, { description, examples, ...form }] as const;
    });
    return { ...node, properties: { ...properties, ...Object.fromEntries(own) } };
  });
}

function withoutKind(kind: string, { properties, description, ...whole }: Node): Node {
  const { kind: _, ...others } = properties as Record<string, Node>;
  const said = `What stages of the kind "${kind}" have unless they say otherwise. ${String(description)}`;
  return { ...whole, properties: others, description: said, examples: [{}] };
}

/** Outside lists a key that is missing here may stand in what this is merged over. */
function withoutMissing(schema: Node): Node {
  return mapNodes(schema, (node, { inList }) => {
    if (inList) return node;
    const { required: _, minProperties: __, ...rest } = node;
    return rest;
  });
}

interface Member {
  readonly name: string;
  readonly schema: Node & { readonly properties: Readonly<Record<string, Node>> };
}

/**
 * What keys a map may have follows from its kind, by if and then: editors follow these better than a union.
 * Where the kind is inherited, any kind's keys may stand.
 */
function byTag(schema: Node, section: string): Node {
  return mapNodes(schema, (node, { key = section }) => {
    const { discriminator, oneOf, ...rest } = node as Node & { discriminator?: { propertyName: string } };
    if (!discriminator) return node;
    const tag = discriminator.propertyName;
    // Those of profiles differ: nothing is replaced in them.
    const prefix = section === 'profiles' ? `profiles.${key}` : key;
    const members = (oneOf as readonly Member['schema'][]).map((member): Member => {
      const name = member.properties[tag]!['const'] as string;
      return { name, schema: { [NAME_OF_PART]: `${prefix}.${name}`, ...member } };
    });
    const names: Node = {
      description: 'The kind, from which the other keys follow.',
      enum: members.map(({ name }) => name),
      enumDescriptions: members.map(({ schema: { properties } }) => properties[tag]!['description']),
    };
    return {
      ...rest,
      properties: { [tag]: names },
      allOf: [
        ...members.map(({ name, schema: member }) => ({
          // Not const: while a text is completed, editors take "train" for the start of "train-boxes" there.
          if: { required: [tag], properties: { [tag]: { type: 'string', pattern: `^${name}$` } } },
          then: { ...member, properties: { ...member.properties, [tag]: true } },
        })),
        {
          if: { not: { required: [tag], properties: { [tag]: { enum: names['enum'] } } } },
          then: {
            [NAME_OF_PART]: `${prefix}.any`,
            type: 'object',
            properties: anyOfTheirs(tag, members),
            additionalProperties: false,
          },
        },
      ],
    };
  });
}

/** Every key of every member; one that means several things takes any of their forms. */
function anyOfTheirs(tag: string, members: readonly Member[]): Node {
  const keys = new Set(members.flatMap(({ schema }) => Object.keys(schema.properties)));
  keys.delete(tag);
  const entries = [...keys].map((key): [string, Node] => {
    const having = members.filter(({ schema }) => key in schema.properties);
    const forms = new Map(
      having.map(({ schema: { properties } }) => [JSON.stringify(properties[key]), properties[key]!]),
    );
    const [first] = forms.values() as unknown as readonly [Node];
    if (forms.size === 1) return [key, first];
    const { examples = [first['default'] ?? (first['enum'] as readonly unknown[] | undefined)?.[0]] } = first;
    const said = new Set([...forms.values()].map(({ description }) => description));
    const description =
      said.size === 1
        ? first['description']
        : having
            .map(({ name, schema: { properties } }) => `${name}: ${String(properties[key]!['description'])}`)
            .join(' ');
    const bare = [...forms.values()].map(({ description: _, examples: __, ...form }) => form);
    return [key, { description, examples, anyOf: bare }];
  });
  return { [tag]: true, ...Object.fromEntries(entries) };
}

/** Names that exist are offered, where others may stand too. */
function withChoices(schema: Node, { nets, metrics }: Vocabulary): Node {
  const axes = ['net', 'S', 'Q', 'method', 'seed', 'dataset'];
  const columns: Node = {
    type: 'string',
    enum: [...axes, ...metrics.map(({ name }) => name)],
    enumDescriptions: [
      ...axes.map(() => 'An axis.'),
      ...metrics.map(({ artifact, description }) => `Of ${artifact}: ${description}`),
    ],
  };
  return mapNodes(schema, (node, { key }) => {
    if (node['net'] === true) {
      const { description, examples, ...own } = node;
      return { description, examples, anyOf: [{ type: 'string', enum: nets }, own] };
    }
    if (key === 'columns' && node['type'] === 'array')
      return { ...node, items: { anyOf: [columns, node['items']] } };
    return node;
  });
}

const LEAF_TYPES = ['integer', 'number', 'boolean', 'array'];

/** Leaves, lists and unions take an expression beside their own forms; free text does anyway. */
function withExpressions(schema: Node): Node {
  return mapNodes(schema, (node) => {
    if ('const' in node) return node;
    const { anyOf } = node as { anyOf?: readonly Node[] };
    if (anyOf) return anyOf.some(isFreeText) ? node : { ...node, anyOf: [...anyOf, EXPRESSION] };
    const isLeaf = 'enum' in node || LEAF_TYPES.includes(String(node['type'])) || 'pattern' in node;
    if (!isLeaf) return node;
    const { description, default: initial, examples, ...own } = node;
    return {
      ...(description !== undefined && { description }),
      ...(initial !== undefined && { default: initial }),
      ...(examples !== undefined && { examples }),
      anyOf: [own, EXPRESSION],
    };
  });
}

function isFreeText(node: Node): boolean {
  return node['type'] === 'string' && !('pattern' in node) && !('enum' in node);
}

/** Every map whose keys are listed may also say which it does not take over; words of ours go. */
function withDeletes(schema: Node): Node {
  return mapNodes(schema, (node) => {
    const rest = Object.fromEntries(Object.entries(node).filter(([key]) => !OURS.includes(key)));
    const { type, properties, patternProperties } = rest as Readonly<Record<string, Node | string>>;
    if (type !== 'object' || (!properties && !patternProperties) || rest['allOf']) return rest;
    return { ...rest, properties: { ...(properties as Node | undefined), $delete: DELETE } };
  });
}
