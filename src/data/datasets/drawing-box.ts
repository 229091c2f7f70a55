import type { Box } from '../dataset.js';
import type { Placement } from './drawing-scene.js';

/**
 * The box around a drawing in its picture: around its view box as it is fitted into the placement's square
 * (SVG's `xMidYMid meet`) and turned, in whole pixels, clipped to the picture.
 * @param viewBox `left top width height` in the drawing's own units
 */
export function boxOf(viewBox: string, { width, height, left, top, side, angle }: Placement): Box {
  const [, , own = 1, high = 1] = viewBox.split(' ').map(Number);
  const scale = side / Math.max(own, high);
  const [halfWidth, halfHeight] = turned((own * scale) / 2, (high * scale) / 2, angle);
  const [x, y] = [left + side / 2, top + side / 2];
  const from = { left: Math.max(0, floor(x - halfWidth)), top: Math.max(0, floor(y - halfHeight)) };
  return {
    ...from,
    width: Math.min(width, ceil(x + halfWidth)) - from.left,
    height: Math.min(height, ceil(y + halfHeight)) - from.top,
  };
}

/** Half sides of the upright box around a turned one. */
function turned(halfWidth: number, halfHeight: number, degrees: number): readonly [number, number] {
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [halfWidth * cos + halfHeight * sin, halfWidth * sin + halfHeight * cos];
}

/** A thousandth of a pixel is no pixel: it may be the rounding of a machine. */
const SLACK = 1e-3;

function floor(value: number): number {
  return Math.floor(value + SLACK);
}

function ceil(value: number): number {
  return Math.ceil(value - SLACK);
}
