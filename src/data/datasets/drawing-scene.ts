import { Draws } from './draws.js';
import type { Drawing } from './drawing-source.js';

/** Where the drawing stands in its picture: the box before it is turned about its own centre. Pixels. */
export interface Placement {
  /** Sides of the whole picture. */
  readonly width: number;
  readonly height: number;
  /** Upper left corner and side of the square in which the drawing is fitted. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** Clockwise degrees. */
  readonly angle: number;
}

/** The picture's short side, and how far its shape may be from square. */
const SHORT_SIDE_PX = [112, 160] as const;
const LONGEST_ASPECT = 1.4;
/** The drawing's side as a part of the picture's short side: most of it is to be seen in a training crop. */
const DRAWING_PART = [0.8, 1] as const;
const LARGEST_ANGLE = 15;
const MOST_SHAPES = 4;

/** Where the drawing stands in the picture with this key: a function of the key alone. */
export function place(...key: readonly string[]): Placement {
  const draws = new Draws('place', ...key);
  const short = draws.integer(...SHORT_SIDE_PX);
  const long = Math.round(short * draws.between(1, LONGEST_ASPECT));
  const isWide = draws.unit() < 0.5;
  const width = isWide ? long : short;
  const height = isWide ? short : long;
  const side = Math.round(short * draws.between(...DRAWING_PART));
  const left = draws.integer(0, width - side);
  const top = draws.integer(0, height - side);
  const angle = draws.unit() < 0.5 ? 0 : draws.integer(-LARGEST_ANGLE, LARGEST_ANGLE);
  return { width, height, left, top, side, angle };
}

/**
 * The picture with this key as an SVG document. The background is drawn from the key, which does not depend on
 * what is drawn except through the hash, so it says nothing about the class.
 */
export function compose(drawing: Pick<Drawing, 'body' | 'viewBox'>, ...key: readonly string[]): string {
  const { width, height, left, top, side, angle } = place(...key);
  const centre = `${left + side / 2} ${top + side / 2}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    background(new Draws('background', ...key), width, height) +
    `<g transform="rotate(${angle} ${centre})">` +
    `<svg x="${left}" y="${top}" width="${side}" height="${side}" viewBox="${drawing.viewBox}">` +
    `${drawing.body}</svg></g></svg>`
  );
}

/** A flat or graded ground and up to four shapes, half of them soft. */
function background(draws: Draws, width: number, height: number): string {
  const parts: string[] = [];
  const kind = draws.integer(0, 2);
  let fill = colour(draws);
  if (kind > 0) {
    const [x, y] = [percent(draws), percent(draws)];
    // Opposite ends, so that the gradient is never of length zero.
    const ends = kind === 1 ? `x1="${x}" y1="0%" x2="${y}" y2="100%"` : `cx="${x}" cy="${y}" r="80%"`;
    parts.push(
      gradient(kind === 1 ? 'linearGradient' : 'radialGradient', 'ground', ends, [fill, 1, colour(draws), 1]),
    );
    fill = 'url(#ground)';
  }
  parts.push(`<rect width="${width}" height="${height}" fill="${fill}"/>`);
  // A flat ground has at least one: a pale drawing on a bare pale ground would be no picture at all.
  const shapes = draws.integer(kind === 0 ? 1 : 0, MOST_SHAPES);
  for (let i = 0; i < shapes; i++) {
    const tint = colour(draws);
    const isSoft = draws.unit() < 0.5;
    const id = `shape${i}`;
    if (isSoft) parts.push(gradient('radialGradient', id, 'cx="50%" cy="50%" r="50%"', [tint, 1, tint, 0]));
    parts.push(shape(draws, width, height, isSoft ? `url(#${id})` : tint));
  }
  return parts.join('');
}

function shape(draws: Draws, width: number, height: number, fill: string): string {
  const [x, y] = [draws.integer(0, width), draws.integer(0, height)];
  const [rx, ry] = [draws.integer(8, width >> 1), draws.integer(8, height >> 1)];
  const look = `fill="${fill}" opacity="${draws.between(0.2, 0.8).toFixed(2)}"`;
  const turn = `transform="rotate(${draws.integer(0, 179)} ${x} ${y})"`;
  if (draws.unit() < 0.6) return `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" ${look} ${turn}/>`;
  return `<rect x="${x - rx}" y="${y - ry}" width="${2 * rx}" height="${2 * ry}" rx="6" ${look} ${turn}/>`;
}

/** @param stops colour and opacity of both ends */
function gradient(
  element: string,
  id: string,
  ends: string,
  stops: readonly [string, number, string, number],
): string {
  const [from, fromOpacity, to, toOpacity] = stops;
  return (
    `<defs><${element} id="${id}" ${ends}><stop offset="0" stop-color="${from}" stop-opacity="${fromOpacity}"/>` +
    `<stop offset="1" stop-color="${to}" stop-opacity="${toOpacity}"/></${element}></defs>`
  );
}

/** Any colour: grey with a little of one channel to fully coloured. Whole numbers, so equal on every machine. */
function colour(draws: Draws): string {
  const grey = draws.integer(0, 255);
  const strength = draws.unit();
  const channels = [0, 1, 2].map(() => Math.round(grey + strength * (draws.integer(0, 255) - grey)));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function percent(draws: Draws): string {
  return `${draws.integer(0, 100)}%`;
}
