/** The files under `test/golden/weights`, and what an import takes them for. */
const TORCH = { format: 'pytorch', channels: 'RGB', pooling: 'floor' } as const;
const SAFETENSORS = { ...TORCH, format: 'safetensors' } as const;
const CAFFE = { format: 'caffe', channels: 'BGR', pooling: 'ceil' } as const;
const KERAS = { ...CAFFE, format: 'keras' } as const;

export const GOLDEN_WEIGHTS = [
  { file: 'A-zip.pth', format: 'zip', from: TORCH },
  { file: 'A-old.pth', format: 'old', from: TORCH },
  { file: 'A-training.pth', format: 'training', from: TORCH },
  { file: 'A-safetensors.safetensors', format: 'safetensors', from: SAFETENSORS },
  { file: 'A-float16.safetensors', format: 'float16', from: SAFETENSORS },
  { file: 'A-timm.safetensors', format: 'timm', from: SAFETENSORS },
  { file: 'A-keras.h5', format: 'keras', from: KERAS },
  { file: 'A-keras3.h5', format: 'keras3', from: KERAS },
  { file: 'A-caffe.caffemodel', format: 'caffe', from: CAFFE },
  { file: 'A-caffe-v1.caffemodel', format: 'caffe-v1', from: CAFFE },
] as const;
