/** What scores say of themselves beside the numbers that metrics make of them: columns that no axis has to bring. */

export interface TableFact {
  readonly name: 'positions' | 'images';
  /** For people. */
  readonly heading: string;
  readonly description: string;
}

/** Type of the artifacts that say so. */
export const FACTS_OF = 'scores';

export const TABLE_FACTS: readonly TableFact[] = [
  {
    name: 'positions',
    heading: 'positions an image',
    description:
      'Places of the score map that an image is seen at; the fewest and the most where sizes differ.',
  },
  { name: 'images', heading: 'images', description: 'Images behind the row.' },
];
