/** How a 2x2 pool treats an odd side: `ceil` as Caffe (and the paper), `floor` as torchvision. */
export type Pooling = 'ceil' | 'floor';

/** Side after one 2x2 pool of stride 2. */
export function pooledSide(side: number, pooling: Pooling): number {
  return pooling === 'ceil' ? Math.ceil(side / 2) : Math.floor(side / 2);
}
