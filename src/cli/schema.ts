import { kindsWith } from '../plugins/kinds.js';
import { editorSchema } from '../spec/editor-schema.js';
import { referenceDocs } from '../spec/reference-docs.js';
import { BUILT_IN_KINDS } from '../stages/built-in.js';
import type { Invocation } from './invocation.js';

/** What the spec language is: for editors as JSON Schema, for people as Markdown. */
export function execute({ values }: Invocation): Promise<number> {
  const { definitions, vocabulary } = kindsWith(BUILT_IN_KINDS, []);
  const outputs = new Map(definitions.map(({ kind, output }) => [kind, output]));
  if (values['markdown'] === true) console.log(referenceDocs(vocabulary, outputs));
  else console.log(JSON.stringify(editorSchema(vocabulary), null, 2));
  return Promise.resolve(0);
}
