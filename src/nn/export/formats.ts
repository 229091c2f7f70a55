/** The formats that nets are exported to, by name. */
import type { ExportFormat } from './export-format.js';
import { onnxFormat } from './onnx-format.js';
import { safetensorsFormat } from './safetensors-format.js';
import { tfjsFormat } from './tfjs-format.js';

export const FORMATS = {
  safetensors: safetensorsFormat,
  onnx: onnxFormat,
  tfjs: tfjsFormat,
} as const satisfies Record<string, ExportFormat>;

export type FormatName = keyof typeof FORMATS;

/** By what a path ends in; undefined where that says nothing. */
export function formatOf(path: string): FormatName | undefined {
  if (path.endsWith('.safetensors')) return 'safetensors';
  if (path.endsWith('.onnx')) return 'onnx';
  if (/(^|[\\/])model\.json$/.test(path)) return 'tfjs';
  return undefined;
}

export { TFJS_MODEL, TFJS_SHARD } from './tfjs-format.js';
