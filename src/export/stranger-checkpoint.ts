/** The description of a checkpoint that no manifest vouches for: what an export takes of it is what it should be. */
import { SHORT_LAYER_PATTERN } from '../nn/layer-spec.js';
import { Type } from '../util/type.js';
import { validatorOf } from '../util/validator.js';

const threeNumbers = Type.Array(Type.Number(), { minItems: 3, maxItems: 3 });
const text = Type.String({ maxLength: 10_000 });
const count = Type.Integer({ minimum: 0 });

const description = Type.Object({
  shape: Type.Object({
    net: Type.String({ minLength: 1, maxLength: 200 }),
    layers: Type.Array(
      Type.Unsafe({
        anyOf: [
          { type: 'string', pattern: SHORT_LAYER_PATTERN },
          { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } },
        ],
      }),
      { maxItems: 1000 },
    ),
    width: Type.Number({ exclusiveMinimum: 0, maximum: 8 }),
    crop: Type.Integer({ minimum: 32, maximum: 10_000 }),
    classes: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    pooling: Type.Enum(['ceil', 'floor']),
  }),
  classes: Type.Array(text),
  // The one order that there is; files of another order are imported.
  channelOrder: Type.Literal('RGB'),
  flattenOrder: Type.Literal('HWC'),
  mean: threeNumbers,
  inputScale: Type.Unsafe({ anyOf: [{ type: 'number' }, threeNumbers] }),
  S: Type.Unsafe({
    anyOf: [
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'string', pattern: '^[0-9.]+\\.\\.[0-9.]+$' },
    ],
  }),
  initialisation: text,
  training: Type.Optional(
    Type.Object({ dropout: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 1 })) }),
  ),
  importedFrom: Type.Optional(Type.Object({})),
  copied: Type.Optional(Type.Array(text)),
  trainings: Type.Optional(count),
  steps: count,
  batch: count,
});

/** @returns the first place that is not as it should be, as `/shape/crop must be integer`; undefined if all is */
export function strangerProblem(found: unknown): string | undefined {
  const validate = validatorOf(description);
  if (!validate(found)) {
    const [first] = validate.errors!;
    return `${first!.instancePath} ${first!.message!}`.trim();
  }
  const { shape, classes } = found as { shape: { classes: number }; classes: readonly string[] };
  return shape.classes === classes.length
    ? undefined
    : `/classes names ${classes.length}, but the net has ${shape.classes}`;
}
