/**
 * What the embedded drawings are classified as. A class is one or a few Unicode subgroups (names as in
 * emojibase's meta/groups.json) that have a look in common. The subgroups without one (games, household, office),
 * those that are all near copies (hearts, clocks, plain faces) and the symbols, flags and keycaps are left out.
 */
export const CLASSES: Readonly<Record<string, readonly string[]>> = {
  'animal-bird': ['animal-bird'],
  'animal-bug': ['animal-bug'],
  'animal-mammal': ['animal-mammal'],
  'animal-marine': ['animal-marine'],
  'animal-reptile': ['animal-reptile', 'animal-amphibian'],
  'book-paper': ['book-paper'],
  building: ['place-building', 'place-religious'],
  clothing: ['clothing'],
  drink: ['drink'],
  face: [
    'face-tongue',
    'face-hand',
    'face-unwell',
    'face-hat',
    'face-glasses',
    'face-negative',
    'face-costume',
  ],
  'food-dish': ['food-prepared', 'food-asian'],
  'food-fruit': ['food-fruit'],
  'food-sweet': ['food-sweet'],
  'food-vegetable': ['food-vegetable'],
  hand: ['hand-fingers-open', 'hand-fingers-partial', 'hand-single-finger', 'hand-fingers-closed', 'hands'],
  'light-video': ['light-video'],
  music: ['music', 'musical-instrument'],
  person: ['person', 'person-gesture', 'person-role', 'person-fantasy'],
  'plant-flower': ['plant-flower'],
  'plant-other': ['plant-other'],
  scenery: ['place-geographic', 'place-other'],
  sign: ['transport-sign', 'warning'],
  sky: ['sky-weather'],
  'sport-person': ['person-sport', 'person-activity'],
  tool: ['tool'],
  'transport-air': ['transport-air'],
  'transport-ground': ['transport-ground'],
  'transport-water': ['transport-water'],
};

/** Emoji of those subgroups that are left out, with the reason. Names are slugs of emojibase's labels. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  brick: 'not a building',
  microbe: 'not a bug',
  'paw-prints': 'not a mammal',
  rock: 'not a building',
  seat: 'not an aircraft',
  'spider-web': 'not a bug',
  wood: 'not a building',
};
