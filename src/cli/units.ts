/** Numbers and times for people. */

const THOUSANDS = ['', ' k', ' M', ' G', ' T', ' P', ' E'] as const;

/** 138357544 to `138 M`, 15470264320 to `15.5 G`. */
export function short(value: number): string {
  let [rest, power] = [value, 0];
  while (rest >= 999.5 && power < THOUSANDS.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const digits = power === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits)}${THOUSANDS[power]!}`;
}

/** 0.4 s, 12 s, 3 min, 2.5 h, 12 days. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `2026-01-31T12:34:56.789Z` to `2026-01-31 12:34`. */
export function minute(iso8601: string): string {
  return iso8601.slice(0, 16).replace('T', ' ');
}

/** 15470264320 bytes to `15.5 GB`. */
export function sizeInWords(bytes: number): string {
  return bytes < 999.5 ? `${bytes} B` : `${short(bytes)}B`;
}
