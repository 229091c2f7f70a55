/** Whether nets see what their receptive fields say: a pixel outside of one changes no bit, one inside does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Engine, ImageBatch, NetSession, ScoreMap } from '../../src/nn/engine.js';
import { buildNet, type Net } from '../../src/nn/net.js';
import { initialise, type NetState } from '../../src/nn/net-state.js';
import { type NetName, netShape } from '../../src/nn/nets.js';
import type { Pooling } from '../../src/nn/pooling.js';
import { type ReceptiveField, receptiveFields } from '../../src/nn/receptive-field.js';
import { availableBackends, engineOf } from '../support/engines.js';
import { randomImages } from '../support/numeric-case.js';
import { withWeights } from '../support/tiny-case.js';

interface Place {
  readonly y: number;
  readonly x: number;
}

/** First and last pixel that a position sees along one side; they may lie in the padding. */
function seenBy({ side, stride, start }: ReceptiveField, position: number): readonly [number, number] {
  const first = start + stride * position;
  return [first, first + side - 1];
}

/** Odd, so that pools meet odd sides, and just large enough for a field that lies inside, with a rim. */
function imageFor({ side, stride, start }: ReceptiveField): {
  readonly height: number;
  readonly width: number;
} {
  const first = start + stride * Math.ceil((1 - start) / stride);
  const least = (first + side + 1) | 1;
  return { height: least, width: least + 22 };
}

/** Around the field of the first position that lies inside the image: its corners and the pixels next to them. */
function placesAround(field: ReceptiveField): readonly Place[] {
  const [first, last] = seenBy(field, Math.ceil((1 - field.start) / field.stride));
  const middle = Math.floor((first + last) / 2);
  return [
    { y: first, x: first },
    { y: last, x: last },
    { y: first, x: last },
    { y: first - 1, x: middle },
    { y: last + 1, x: middle },
    { y: middle, x: first - 1 },
    { y: middle, x: last + 1 },
  ];
}

function withPixel(image: ImageBatch, { y, x }: Place, value: number): ImageBatch {
  const data = image.data.slice();
  data.fill(value, (y * image.width + x) * 3, (y * image.width + x + 1) * 3);
  return { ...image, data };
}

function holds([first, last]: readonly [number, number], pixel: number): boolean {
  return first <= pixel && pixel <= last;
}

/** What of a map changed at each position, against what the positions' fields say. */
function eachPosition(
  field: ReceptiveField,
  { before, after, image, place }: { before: ScoreMap; after: ScoreMap; image: ImageBatch; place: Place },
) {
  const { rows, columns, classes } = before;
  return Array.from({ length: rows * columns }, (_, position) => {
    const [row, column] = [Math.floor(position / columns), position % columns];
    const [down, across] = [seenBy(field, row), seenBy(field, column)];
    const at = [position * classes, (position + 1) * classes] as const;
    const scores = [before, after].map(({ data }) => data.subarray(...at));
    return {
      position: [row, column],
      // Near an edge a pool that rounds down leaves out what the field would hold.
      isInside: down[0] >= 0 && across[0] >= 0 && down[1] < image.height && across[1] < image.width,
      isSeen: holds(down, place.y) && holds(across, place.x),
      isChanged: scores[0]!.some((score, k) => score !== scores[1]![k]),
    };
  });
}

interface Look {
  readonly net: Net;
  readonly field: ReceptiveField;
  readonly positions: ReturnType<typeof eachPosition>;
}

/** Each pixel around a field changed in turn. */
function looks(
  engine: Engine,
  net: Net,
  state: NetState,
  { image, value }: { image: (size: { height: number; width: number }) => ImageBatch; value: number },
): readonly Look[] {
  const field = receptiveFields(net).at(-1)!;
  const whole = image(imageFor(field));
  const session: NetSession = engine.open(net, state);
  try {
    const before = session.scoreMap(whole);
    return placesAround(field).map((place) => {
      const after = session.scoreMap(withPixel(whole, place, value));
      return { net, field, positions: eachPosition(field, { before, after, image: whole, place }) };
    });
  } finally {
    session.close();
  }
}

function narrow(net: NetName, pooling: Pooling, crop: number, width = 1 / 64): Net {
  return buildNet(netShape(net, { width, crop, classes: 2, pooling }));
}

function check(found: readonly Look[]): void {
  for (const { net, positions } of found) {
    const what = `net ${net.shape.net}, ${net.shape.pooling}`;
    assert.ok(positions.some(({ isInside }) => isInside) && positions.some(({ isSeen }) => !isSeen), what);
    for (const { position, isSeen, isInside, isChanged } of positions)
      if (!isSeen || isInside) assert.equal(isChanged, isSeen, `${what}: position ${position.join()}`);
  }
}

for (const backend of availableBackends()) {
  // Filters of ones add up what they see: on a black image nothing hides a pixel, be it at the field's very corner.
  test(`${backend}: a pixel reaches the scores of a position if and only if its field holds it`, async () => {
    const engine = await engineOf(backend);
    for (const net of [
      narrow('A', 'ceil', 32),
      narrow('A', 'floor', 64),
      narrow('A-LRN', 'ceil', 32),
      narrow('B-5x5', 'ceil', 32),
      narrow('C', 'floor', 32),
      narrow('D', 'ceil', 32),
      narrow('E', 'ceil', 32),
    ]) {
      const ones = withWeights(initialise(net, 'he', 1), (name, data) =>
        name.endsWith('.weight') ? data.map(() => 1) : data,
      );
      const black = (size: { height: number; width: number }) => ({
        ...size,
        count: 1,
        data: new Float32Array(size.height * size.width * 3),
      });
      check(looks(engine, net, ones, { image: black, value: 1 }));
    }
  });

  test(`${backend}: a pixel outside a position's field does not change a bit of its scores`, async () => {
    const engine = await engineOf(backend);
    const net = narrow('A', 'ceil', 32, 1 / 16);
    const image = ({ height, width }: { height: number; width: number }) =>
      randomImages(1, height, width, 'seen');
    const found = looks(engine, net, initialise(net, 'he', 5), { image, value: 1e4 });
    const all = found.flatMap(({ positions }) => positions);
    for (const { position, isSeen, isChanged } of all)
      if (isChanged) assert.ok(isSeen, `position ${position.join()}`);
    assert.ok(all.some(({ isChanged }) => isChanged));
  });
}
