import { readScores, type Scores } from '../../nn/scores.js';
import { topErrors } from '../../nn/top-error.js';
import type { Labels } from '../../plan/definition.js';
import { rowsOfPaper } from '../../plan/paper-rows.js';
import { Stage, type StageTask } from '../../run/stage.js';
import { type Table, TABLE_FILE, type TableRow } from '../../run/table.js';
import type { TableParameters } from './definition.js';

export class TableStage extends Stage<TableParameters> {
  readonly kind = 'table';

  async run({ parameters, inputs, output }: StageTask<TableParameters>): Promise<void> {
    const rows: TableRow[] = [];
    for (const [i, reader] of inputs['rows']!.entries())
      rows.push(row(await readScores(reader), parameters.rows[i]!, parameters));
    const caption = parameters.paper?.caption ?? parameters.name;
    const table: Table = { format: 1, name: parameters.name, caption, columns: parameters.columns, rows };
    await output.write(TABLE_FILE, `${JSON.stringify(table, null, 2)}\n`);
  }
}

function row(scores: Scores, labels: Labels, { paper, join }: TableParameters): TableRow {
  const { top1Wrong, top5Wrong, images } = topErrors(scores.posteriors, scores.labels);
  const printed = paper ? rowsOfPaper(paper, join, labels)[0] : undefined;
  const number = (column: string) => {
    const cell = printed?.[paper!.columns.indexOf(column)];
    return typeof cell === 'number' ? cell : null;
  };
  return {
    net: String(labels['net']),
    S: Number(labels['S']),
    Q: Number(labels['Q']),
    realS: scores.protocol.S,
    realQ: scores.protocol.Q,
    top1: (100 * top1Wrong) / images,
    top5: (100 * top5Wrong) / images,
    paperTop1: number('top1'),
    paperTop5: number('top5'),
    images,
    classes: scores.classes.length,
    protocol: protocolLine(scores),
  };
}

function protocolLine({ protocol }: Scores): string {
  const { net, S, Q, positions, method, mirror, dataset, initialisation, steps, batch } = protocol;
  const [fewest, most] = positions;
  const places = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  return (
    `net ${net.net} at width ${net.width}, crop ${net.crop} px, ${net.pooling} pooling; initialisation ${initialisation}; ` +
    `trained on ${dataset} at S = ${S} px, ${steps} steps of ${batch}; ` +
    `${method} at Q = ${Q} px, ${places} positions an image${mirror ? ', averaged with the mirror image' : ''}`
  );
}
