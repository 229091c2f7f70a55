/** The lines below a table as paragraphs and lists, for formats that tell these apart. */

export type NoteGroup =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

/** @param notes sentences, and items that begin with "- "; items that follow each other are one list */
export function noteGroups(notes: readonly string[]): readonly NoteGroup[] {
  const groups: NoteGroup[] = [];
  for (const note of notes.filter((line) => line !== '')) {
    const item = /^- (.*)$/.exec(note)?.[1];
    const last = groups.at(-1);
    if (item === undefined) groups.push({ kind: 'paragraph', text: note });
    else if (last?.kind === 'list') groups.splice(-1, 1, { kind: 'list', items: [...last.items, item] });
    else groups.push({ kind: 'list', items: [item] });
  }
  return groups;
}
