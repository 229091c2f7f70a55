import { DEFINITIONS } from '../container.js';
import { editorSchema } from '../spec/editor-schema.js';

export function execute(): Promise<number> {
  console.log(JSON.stringify(editorSchema(DEFINITIONS), null, 2));
  return Promise.resolve(0);
}
