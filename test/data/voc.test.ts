/** PASCAL VOC: labels, boxes, difficult objects and actions, as its devkits write them. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { DatasetError } from '../../src/data/dataset.js';
import { parseAnnotation, readAnnotation } from '../../src/data/voc/annotation.js';
import { readVocLabels } from '../../src/data/voc/labels.js';
import { checkRelease } from '../../src/fetch/check-release.js';
import type { OpenRelease } from '../../src/fetch/release.js';
import { neverCrashes } from '../support/mutations.js';
import { Scratch } from '../support/scratch.js';

interface Thing {
  readonly name: string;
  readonly difficult?: number;
  readonly actions?: string;
}

/** In the words of the official files. */
function annotation(image: string, things: readonly Thing[]): string {
  const objects = things.map(
    ({ name, difficult = 0, actions = '' }) => `\t<object>
\t\t<name>${name}</name>
\t\t<pose>Left</pose>
\t\t<truncated>1</truncated>
\t\t<difficult>${difficult}</difficult>
\t\t<bndbox>
\t\t\t<xmin>48</xmin>
\t\t\t<ymin>240.5</ymin>
\t\t\t<xmax>195</xmax>
\t\t\t<ymax>371</ymax>
\t\t</bndbox>
\t\t${actions}
\t</object>
`,
  );
  return `<annotation>
\t<folder>VOC2012</folder>
\t<filename>${image}.jpg</filename>
\t<source>
\t\t<annotation>PASCAL VOC &amp; others</annotation>
\t\t<image/>
\t</source>
\t<size>
\t\t<width>353</width>
\t\t<height>500</height>
\t\t<depth>3</depth>
\t</size>
${objects.join('')}</annotation>
`;
}

async function makeVoc(scratch: Scratch): Promise<string> {
  const images: Readonly<Record<string, readonly Thing[]>> = {
    '2008_000001': [{ name: 'dog' }, { name: 'person', difficult: 1 }],
    '2008_000002': [{ name: 'person', actions: '<actions><jumping>1</jumping><other>0</other></actions>' }],
  };
  for (const [image, things] of Object.entries(images))
    await scratch.write(`voc/Annotations/${image}.xml`, annotation(image, things));
  await scratch.write('voc/ImageSets/Main/train.txt', '2008_000001\n2008_000002\n');
  await scratch.write('voc/ImageSets/Main/dog_train.txt', '2008_000001  1\n2008_000002 -1\n');
  await scratch.write('voc/ImageSets/Main/person_train.txt', '2008_000001  0\n2008_000002  1\n');
  return scratch.path('voc');
}

test('an image has several labels, among them those of difficult objects alone', async () => {
  await using scratch = await Scratch.make();
  const { classes, images } = await readVocLabels(await makeVoc(scratch), 'train');
  assert.deepEqual(classes, ['dog', 'person']);
  assert.deepEqual(
    [...images],
    [
      ['2008_000001', [1, 0]],
      ['2008_000002', [-1, 1]],
    ],
  );
});

test('an object has its box from 0, both ends of which belong to it, and a person has actions', async () => {
  await using scratch = await Scratch.make();
  const root = await makeVoc(scratch);
  const { width, height, objects } = await readAnnotation(root, '2008_000001');
  assert.deepEqual([width, height], [353, 500]);
  const box = { left: 47, top: 239.5, width: 148, height: 131.5 };
  assert.deepEqual(objects, [
    { name: 'dog', box, difficult: false, truncated: true },
    { name: 'person', box, difficult: true, truncated: true },
  ]);
  const [person] = (await readAnnotation(root, '2008_000002')).objects;
  assert.deepEqual(
    [...person!.actions!],
    [
      ['jumping', true],
      ['other', false],
    ],
  );
});

test('lists that are damaged or disagree are refused by file and line', async () => {
  await using scratch = await Scratch.make();
  const root = await makeVoc(scratch);
  const refused = (pattern: RegExp) =>
    assert.rejects(
      readVocLabels(root, 'train'),
      (error) => error instanceof DatasetError && pattern.test(error.message),
    );
  const list = 'voc/ImageSets/Main/person_train.txt';
  await scratch.write(list, '2008_000001  2\n');
  await refused(/person_train\.txt:1 is "2008_000001 {2}2", but must be an image and 1, 0 or -1/);
  await scratch.write(list, '2008_000001  1\n2008_000003  1\n');
  await refused(/person_train\.txt:2: 2008_000003 is not once in the list of each class/);
  await scratch.write(list, '2008_000001  1\n');
  await refused(/2008_000002 is not once in the list of each class/);
  await rm(scratch.path('voc/ImageSets/Main'), { recursive: true });
  await refused(
    /ImageSets\/Main, where PASCAL VOC has its lists, is not there\. The root is the folder of one year/,
  );
});

test('annotations that are none are refused by file, and nothing of them is looked up elsewhere', () => {
  const good = annotation('x', [{ name: 'dog' }]);
  for (const [text, pattern] of [
    ['', /x\.xml is no annotation of PASCAL VOC: it has not one root element/],
    [good.replace('</object>', ''), /<\/annotation> closes nothing/],
    [good.trimEnd().slice(0, -'</annotation>'.length), /<annotation> is never closed/],
    [good.replace('<xmax>195', '<xmax>47'), /the box of a "dog" has no area/],
    [good.replace('<width>353', '<width>wide'), /<width> is no number/],
    [`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${good}`, /at character 0 stands "<!DOCTYPE/],
    ['<a>'.repeat(100), /more than 16 deep/],
    [`${good}${' '.repeat(2 ** 20)}`, /more than 1048576 characters/],
  ] as const)
    assert.throws(
      () => parseAnnotation(text, 'x.xml'),
      (error) => error instanceof DatasetError && pattern.test(error.message),
      String(pattern),
    );
});

test('mutated annotations are refused or read', async () => {
  const bytes = Buffer.from(annotation('x', [{ name: 'dog' }, { name: 'person', difficult: 1 }]));
  await neverCrashes(
    bytes,
    (mutated) => parseAnnotation(Buffer.from(mutated).toString(), 'x.xml'),
    500,
    (error) => error instanceof DatasetError && error.message.includes('x.xml'),
  );
});

test('a release of VOC is counted by its lists, and they are compared with the annotations', async () => {
  await using scratch = await Scratch.make();
  const root = await makeVoc(scratch);
  const release: OpenRelease = {
    ...{ name: 'voc', title: '', licence: '', page: '', top: 'voc', archives: [], data: null },
    voc: { train: 'train', val: 'val' },
    holds: { classes: 2, train: 2, val: 1 },
  };
  const check = async () => (await checkRelease(release, root, () => undefined)).problems;
  const noVal = /ImageSets\/Main holds no list <class>_val\.txt\./;
  const [only, ...more] = await check();
  assert.match(only!, noVal);
  assert.deepEqual(more, []);
  await scratch.write('voc/ImageSets/Main/dog_train.txt', '2008_000001 -1\n2008_000002 -1\n');
  await rm(scratch.path('voc/Annotations/2008_000002.xml'));
  const problems = await check();
  assert.equal(problems[0], '2008_000001 has a dog in its annotation, but -1 in the list of that class.');
  assert.match(problems[1]!, /2008_000002\.xml cannot be read/);
  assert.match(problems[2]!, noVal);
});
