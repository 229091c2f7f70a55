/** A name that somebody else has chosen, as it can be shown: in quotes, without what acts on a terminal, not too long. */
export function shownName(name: string, most = 200): string {
  return JSON.stringify(name.length > most ? `${name.slice(0, most)}...` : name).replaceAll(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
