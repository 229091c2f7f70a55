/** What is known of nets, as text for people. */
import type { LayerFacts, NetFacts } from '../nn/net-facts.js';
import { short } from './units.js';

/** A net by itself: its layers, its sums, and its stacks of filters. */
export function describeNet(facts: NetFacts): readonly string[] {
  return [
    `Net ${facts.net}${settingsOf(facts)}.`,
    '',
    ...columns(
      ['layer', 'kind', 'filter', 'output', 'sees', 'stride', 'parameters', 'multiply-adds'],
      facts.layers.map(layerRow),
      'lllrrrrr',
    ),
    '',
    `${facts.weightLayers} weight layers, ${grouped(facts.parameters)} parameters, ` +
      `${grouped(facts.multiplyAdds)} multiply-adds for one ${subjectOf(facts)}.`,
    ...stacksOf(facts),
  ];
}

function settingsOf({ width, crop, classes, pooling }: NetFacts): string {
  const rounding = pooling === 'ceil' ? 'up' : 'down';
  return ` at width ${width}, crop ${crop} px, ${classes} classes, pools rounding ${rounding}`;
}

function subjectOf({ px, crop }: NetFacts): string {
  return px === crop ? `crop of ${px} px` : `image of ${px} x ${px} px`;
}

function layerRow(layer: LayerFacts): readonly string[] {
  const { name, kind, filter, output, receptiveField: field, parameters, multiplyAdds } = layer;
  return [
    name,
    kind,
    filter === null ? '' : square(filter),
    output.join(' x '),
    field ? `${field.side} px` : 'unknown',
    field ? `${field.stride} px` : 'unknown',
    parameters === 0 ? '' : grouped(parameters),
    multiplyAdds === 0 ? '' : grouped(multiplyAdds),
  ];
}

/** Sect. 2.3: what a stack saves in weights and gains in ReLUs. */
function stacksOf({ stacks }: NetFacts): readonly string[] {
  if (stacks.length === 0) return [];
  const rows = stacks.map(({ layers, filters, sees, perSquare, weights }) => [
    `${layers[0]!} to ${layers.at(-1)!}`,
    filters.map(square).join(', '),
    square(sees),
    `${perSquare.stack} C^2 against ${perSquare.single} C^2`,
    more(perSquare.single / perSquare.stack),
    `${filters.length} against 1`,
    `${grouped(weights.stack)} against ${grouped(weights.single)}`,
  ]);
  return [
    '',
    'Sect. 2.3: stacks of filters against one filter that sees as far.',
    'Weights are of C channels in and out, as the paper counts, and in the last column those of this net.',
    '',
    ...columns(
      ['stack', 'filters', 'one filter', 'weights', 'one has', 'ReLUs', 'in this net'],
      rows,
      'lllllll',
    ),
  ];
}

/** 49/27 to `81% more`. */
function more(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  return percent < 0 ? `${-percent}% fewer` : `${percent}% more`;
}

/** The nets beside each other as in Table 1, with the last rows of Tables 1 and 2. */
export function sideBySide(nets: readonly NetFacts[]): readonly string[] {
  const first = nets[0]!;
  const blocks = nets.map(({ layers }) => blocksOf(layers));
  const rows = blocks[0]!.flatMap((_, block) => {
    const height = Math.max(...blocks.map((ofNet) => ofNet[block]!.length));
    return [
      ...Array.from({ length: height }, (_, row) => ['', ...blocks.map((ofNet) => ofNet[block]![row] ?? '')]),
      [],
    ];
  });
  const last = (name: string, of: (facts: NetFacts) => string) => [name, ...nets.map(of)];
  return [
    `All nets${settingsOf(first)}.`,
    '',
    ...columns(
      ['', ...nets.map(({ net }) => net)],
      [
        last('weight layers', ({ weightLayers }) => String(weightLayers)),
        [],
        ...rows,
        last('parameters', ({ parameters }) => short(parameters)),
        last('multiply-adds', ({ multiplyAdds }) => short(multiplyAdds)),
      ],
      'l'.repeat(nets.length + 1),
    ),
    '',
    `Multiply-adds are for one ${subjectOf(first)}.`,
  ];
}

/** Each block's layers by their names in Table 1, the pool that ends it last; the fully-connected ones at the end. */
function blocksOf(layers: readonly LayerFacts[]): readonly (readonly string[])[] {
  const blocks: string[][] = [[]];
  for (const layer of layers) {
    if (layer.endsBlock) blocks.push([nameInTable1(layer)], []);
    else blocks.at(-1)!.push(nameInTable1(layer));
  }
  return blocks;
}

function nameInTable1({ kind, filter, output }: LayerFacts): string {
  if (kind === 'pool') return 'maxpool';
  if (kind === 'fc') return `FC-${output[2]}`;
  return kind === 'conv' ? `conv${filter!}-${output[2]}` : kind.toUpperCase();
}

function square(side: number): string {
  return `${side}x${side}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** @param sides `l` or `r` a column: where its cells are aligned */
function columns(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
): readonly string[] {
  const lines = [heads, ...rows];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, i) => (sides[i] === 'r' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
