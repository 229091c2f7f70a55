/** The words `from`, `each` and `over`: exactly one says what a stage works on, if its kind works on anything. */
import type { Diagnostic } from './diagnostic.js';
import type { LocatedMap } from './located.js';
import type { Subject } from './schema.js';
import { hasExpressions } from './substitute.js';
import type { StageName } from './validate.js';

export const SUBJECT_WORDS = ['from', 'each', 'over'] as const;

/** The word that a stage uses; the first of several. */
export function subjectWord(stage: LocatedMap): (typeof SUBJECT_WORDS)[number] | undefined {
  return SUBJECT_WORDS.find((word) => stage.entries.has(word));
}

/** Words that are missing, too many or without effect. */
export function subjectMistakes(
  { name, key }: StageName,
  stage: LocatedMap,
  subject: Subject | undefined,
): readonly Diagnostic[] {
  if (!subject) return [];
  const choices = subject.many ? '"from", "each" or "over"' : '"from" or "each"';
  // That "over" and "by" are unknown to a kind is the schema's to say.
  if (!subject.many && ['over', 'by'].some((word) => stage.entries.has(word))) return [];
  const words = SUBJECT_WORDS.filter((word) => stage.entries.has(word));
  const at = (word: string) => stage.entries.get(word)!.key;
  if (words.length === 0)
    return [
      {
        at: key,
        message: `stages.${name} does not say what it works on: ${subject.description}`,
        help: `Write one of ${choices}.`,
      },
    ];
  if (words.length > 1)
    return [
      {
        at: at(words[1]!),
        message: `stages.${name} has ${words.map((word) => `"${word}"`).join(' and ')}, but one of them says what it works on.`,
        help: 'Keep one.',
      },
    ];
  const [word] = words;
  if (stage.entries.has('by') && word !== 'over')
    return [
      {
        at: at('by'),
        message: `"by" belongs to "over", but this stage has "${word!}".`,
        help: 'Leave it out.',
      },
    ];
  if (word === 'over' && !stage.entries.has('by'))
    return [
      {
        at: at('over'),
        message: '"over" puts many members together, but does not say which.',
        help: 'Write under "by" the axes that stay apart, or by: [] for one over all.',
      },
    ];
  const where = stage.entries.get('where')?.value;
  if (where && hasExpressions(where))
    return [
      {
        at: where.at,
        message: `The "where" of stages.${name} has an axis in it, but it says which members there are before any has axes.`,
        help: word === 'from' ? 'Write the values; or "each" in place of "from".' : 'Write the values.',
      },
    ];
  return [];
}
