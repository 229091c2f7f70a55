import assert from 'node:assert/strict';
import test from 'node:test';
import sharp from 'sharp';
import { decode } from '../../src/image/decode.js';
import { ImageError } from '../../src/image/pixels.js';
import { noise, painted, png, waves } from '../support/pictures.js';

function raw(data: Uint8Array, width: number, channels: 1 | 2 | 3 | 4) {
  return sharp(data, { raw: { width, height: data.length / width / channels, channels } });
}

function greatestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

test('a PNG comes back byte for byte, red first', async () => {
  const image = noise(13, 7);
  const { width, height, data } = await decode(await png(image));
  assert.deepEqual([width, height, [...data]], [13, 7, [...image.data]]);
});

test('a grey JPEG and a grey PNG become three equal channels', async () => {
  const grey = Uint8Array.from({ length: 64 }, (_, i) => 4 * i);
  const expected = [...grey].flatMap((v) => [v, v, v]);
  const lossless = await decode(await raw(grey, 8, 1).toColourspace('b-w').png().toBuffer());
  assert.deepEqual([...lossless.data], expected);
  const encoded = await raw(grey, 8, 1).toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
  assert.equal((await sharp(encoded).metadata()).channels, 1);
  const { data } = await decode(encoded);
  assert.equal(data.length, 64 * 3);
  assert.ok(greatestDifference(data, Uint8Array.from(expected)) <= 2);
});

test('a PNG of 16 bits a channel keeps its high bytes', async () => {
  const values = Uint16Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 341) % 65536);
  const encoded = await sharp(values, { raw: { width: 8, height: 8, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  assert.equal((await sharp(encoded).metadata()).depth, 'ushort');
  const { data } = await decode(encoded);
  assert.equal(data.length, values.length);
  assert.ok(
    greatestDifference(
      data,
      Uint8Array.from(values, (v) => v >> 8),
    ) <= 1,
  );
});

test('alpha is dropped: a transparent pixel keeps its colour', async () => {
  const data = Uint8Array.of(200, 100, 50, 0, 10, 20, 30, 128);
  const decoded = await decode(await raw(data, 2, 4).png().toBuffer());
  assert.deepEqual([...decoded.data], [200, 100, 50, 10, 20, 30]);
});

test('grey with alpha becomes three channels', async () => {
  const encoded = await raw(Uint8Array.of(7, 0, 9, 255), 2, 2)
    .toColourspace('b-w')
    .png()
    .toBuffer();
  assert.deepEqual([...(await decode(encoded)).data], [7, 7, 7, 9, 9, 9]);
});

test('an EXIF orientation does not turn the image', async () => {
  const image = waves(40, 24);
  const plain = await raw(image.data, 40, 3).jpeg().toBuffer();
  const turned = await raw(image.data, 40, 3).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  assert.equal((await sharp(turned).metadata()).orientation, 6);
  assert.deepEqual(await decode(turned), await decode(plain));
});

test('an embedded colour profile does not change the pixels', async () => {
  const image = waves(16, 16);
  const plain = await png(image);
  const profiled = await raw(image.data, 16, 3)
    .withIccProfile('p3', { attach: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { data: stored } = await sharp(profiled.data, { ignoreIcc: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.ok((await sharp(profiled.data).metadata()).icc);
  // sharp converts on writing: what counts is that reading gives the numbers that are stored.
  assert.ok(greatestDifference(stored, image.data) > 0);
  assert.deepEqual([...(await decode(profiled.data)).data], [...stored]);
  assert.deepEqual([...(await decode(plain)).data], [...image.data]);
});

test('a CMYK JPEG becomes three channels', async () => {
  const image = painted(16, 16, (_x, _y, channel) => [220, 40, 30][channel]!);
  const encoded = await raw(image.data, 16, 3).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  assert.equal((await sharp(encoded).metadata()).space, 'cmyk');
  const { data } = await decode(encoded);
  assert.equal(data.length, image.data.length);
  // Red stays red, whatever the profile of the conversion.
  assert.ok(data[0]! > 150 && data[1]! < 120 && data[2]! < 120, [...data.subarray(0, 3)].join());
});

test('an SVG is drawn at its own size, on black where it draws nothing', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="2" height="2" fill="#ff8000"/></svg>';
  const { width, height, data } = await decode(Buffer.from(svg));
  assert.deepEqual([width, height], [4, 2]);
  assert.deepEqual([...data.subarray(0, 12)], [255, 128, 0, 255, 128, 0, 0, 0, 0, 0, 0, 0]);
});

test('an image that is cut short or none at all is an ImageError', async () => {
  const { data, width } = waves(64, 64);
  const jpeg = await raw(data, width, 3).jpeg().toBuffer();
  const whole = await png(waves(64, 64));
  for (const bytes of [
    jpeg.subarray(0, jpeg.length / 2),
    jpeg.subarray(0, 20),
    whole.subarray(0, whole.length / 2),
    Buffer.from('not an image'),
    Buffer.alloc(0),
  ])
    await assert.rejects(decode(bytes), ImageError);
});

test('a strip is refused before it is rescaled to something that no memory holds', async () => {
  const strip = await png(noise(103, 2));
  await assert.rejects(decode(strip), (error) => {
    assert.ok(error instanceof ImageError);
    assert.match(error.message, /^103 x 2 px is no image but a strip: at most 50 to 1 can be used$/);
    return true;
  });
  assert.equal((await decode(await png(noise(100, 2)))).width, 100);
});
