/**
 * The concepts of which a drawing is a near copy of another concept's drawing (green book and blue book, chart up
 * and chart down, one moon and the next), by class. Two drawings, on white, are near copies if of their 16 x 16
 * difference hashes at most 32 of 256 bits differ, or if their colours at 16 x 16 pixels differ by at most 12 of
 * 255 in the mean, as they are or mirrored. These concepts are never held out; the test of the embedded
 * drawings measures that it suffices.
 */
export const NEAR_COPIES: Readonly<Record<string, string>> = {
  'animal-bird': 'dove front-facing-baby-chick goose hatching-chick swan',
  'animal-mammal':
    'camel dog ewe guide-dog horse horse-face leopard mouse ox pig rabbit ram rat tiger ' +
    'two-hump-camel unicorn water-buffalo',
  'animal-marine': 'spouting-whale whale',
  'book-paper':
    'blue-book bookmark bookmark-tabs closed-book green-book ledger notebook ' +
    'notebook-with-decorative-cover orange-book page-facing-up page-with-curl',
  building: 'hospital hotel japanese-post-office love-hotel post-office school tokyo-tower',
  clothing: 'clutch-bag flat-shoe glasses jeans lab-coat lipstick purse ring sunglasses thong-sandal',
  drink: 'cocktail-glass cup-with-straw glass-of-milk mate',
  face:
    'angry-face angry-face-with-horns enraged-face face-savoring-food face-with-hand-over-mouth ' +
    'face-with-open-eyes-and-hand-over-mouth face-with-thermometer face-with-tongue money-mouth-face ' +
    'shushing-face smiling-face-with-horns smiling-face-with-open-hands squinting-face-with-tongue ' +
    'thinking-face winking-face-with-tongue',
  'food-dish': 'dango egg flatbread oden',
  'food-fruit': 'green-apple pear red-apple tangerine',
  'food-sweet': 'cookie soft-ice-cream',
  'food-vegetable': 'carrot chestnut garlic onion potato',
  hand:
    'backhand-index-pointing-down backhand-index-pointing-left backhand-index-pointing-right ' +
    'backhand-index-pointing-up call-me-hand crossed-fingers hand-with-fingers-splayed ' +
    'hand-with-index-finger-and-thumb-crossed handshake index-pointing-up left-facing-fist ' +
    'leftwards-hand leftwards-pushing-hand love-you-gesture middle-finger ok-hand oncoming-fist ' +
    'open-hands pinching-hand raised-back-of-hand raised-fist raised-hand right-facing-fist ' +
    'rightwards-hand rightwards-pushing-hand sign-of-the-horns thumbs-down thumbs-up victory-hand ' +
    'vulcan-salute',
  'light-video':
    'camera camera-with-flash candle light-bulb magnifying-glass-tilted-left ' +
    'magnifying-glass-tilted-right red-paper-lantern',
  music: 'flute level-slider microphone',
  person:
    'baby boy child construction-worker girl man old-man older-person person person-beard ' +
    'person-blond-hair person-facepalming person-frowning person-in-tuxedo person-pouting ' +
    'person-raising-hand person-shrugging person-wearing-turban person-with-crown police-officer ' +
    'pregnant-man pregnant-person pregnant-woman prince princess woman',
  'plant-flower': 'rose white-flower',
  'plant-other': 'deciduous-tree empty-nest evergreen-tree nest-with-eggs',
  scenery:
    'barber-pole beach-with-umbrella cityscape cityscape-at-dusk foggy mountain night-with-stars ' +
    'snow-capped-mountain sunset',
  sign:
    'atm-sign baby-symbol customs left-luggage litter-in-bin-sign mens-room no-bicycles no-entry ' +
    'no-littering no-mobile-phones no-one-under-eighteen no-pedestrians no-smoking non-potable-water ' +
    'passport-control potable-water prohibited restroom water-closet wheelchair-symbol womens-room',
  sky:
    'cloud cloud-with-lightning cloud-with-lightning-and-rain cloud-with-rain cloud-with-snow comet ' +
    'droplet fire first-quarter-moon first-quarter-moon-face fog full-moon full-moon-face ' +
    'glowing-star high-voltage last-quarter-moon last-quarter-moon-face new-moon new-moon-face ' +
    'snowman snowman-without-snow star sun sun-behind-cloud sun-behind-large-cloud ' +
    'sun-behind-small-cloud sun-with-face thermometer tornado umbrella umbrella-on-ground ' +
    'umbrella-with-rain-drops waning-crescent-moon waning-gibbous-moon waxing-crescent-moon ' +
    'waxing-gibbous-moon wind-face',
  'sport-person':
    'horse-racing person-getting-massage person-in-steamy-room person-in-suit-levitating ' +
    'person-kneeling person-running person-standing person-walking',
  tool: 'dagger hammer ladder pick screwdriver white-cane wrench',
  'transport-air': 'airplane-arrival airplane-departure',
  'transport-ground':
    'ambulance automobile bus bus-stop delivery-truck horizontal-traffic-light minibus police-car ' +
    'racing-car sport-utility-vehicle stop-sign taxi trolleybus vertical-traffic-light',
};
