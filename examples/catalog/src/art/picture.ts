import * as home from './home-drawings.ts';
import { type Palette, paletteFor } from './palettes.ts';
import * as wear from './wear-drawings.ts';

type Drawing = (palette: Palette) => string;

// The first word that a slug holds picks the drawing; more particular words stand first.
const drawings: readonly (readonly [RegExp, Drawing])[] = [
  [/headphone|speaker|earbud/, wear.headphones],
  [/mug|cup\b|tumbler|espresso/, home.mug],
  [/teapot|kettle|coffee-pot/, home.teapot],
  [/bottle|carafe|oil|soap|lotion|vinegar/, home.bottle],
  [/jar|salt|butter|honey|jam|tea\b|coffee|spice/, home.jar],
  [/candle|incense/, home.candle],
  [/bowl|plate|dish|pasta/, home.bowl],
  [/watering/, home.wateringCan],
  [/trowel|fork|secateur|shears|spade/, home.trowel],
  [/vase|flower|bouquet/, home.vase],
  [/pot\b|pots\b|planter|plant|fern|succulent|herb/, home.plant],
  [/lamp|light|lantern/, home.lamp],
  [/sofa|couch|bean-bag|beanbag/, home.sofa],
  [/chair|stool/, home.armchair],
  [/drawer|bedside|cabinet|shelf/, home.drawers],
  [/table|bench|desk/, home.table],
  [/pillow|cushion/, home.cushion],
  [/blanket|throw|towel|bed|linen|quilt|rug/, home.blanket],
  [/fence|slat|trellis/, home.fence],
  [/jacket|coat|tuxedo|cardigan/, wear.jacket],
  [/shirt|top\b|tee\b|blouse|jumper|sweater|skirt/, wear.shirt],
  [/shoe|boot|high-tops|sneaker|slipper|sandal/, wear.shoe],
  [/bag\b|tote|backpack|purse/, wear.bag],
  [/bracelet|bangle|anchor/, wear.bracelet],
  [/necklace|neclace|choker|pendant|gemstone/, wear.necklace],
  [/earring/, wear.earrings],
  [/notebook|book|journal|diary/, wear.book],
  [/pencil|pen\b/, wear.pencil],
  [/phone|galaxy/, wear.phone],
  [/tv\b|screen|monitor|laptop/, wear.screen],
];

/**
 * A drawn picture for a product that has no photograph, or whose photograph cannot be reached: the words of the slug choose
 * the drawing and the colours, so it costs no query and is always the same.
 */
export function pictureFor(slug: string): string {
  const palette = paletteFor(slug);
  const drawing = drawings.find(([word]) => word.test(slug))?.[1] ?? wear.parcel;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500" width="400" height="500">
  <rect width="400" height="500" fill="${palette.ground}"/>
  <circle cx="200" cy="252" r="168" fill="${palette.halo}"/>
  <ellipse cx="200" cy="404" rx="138" ry="14" fill="${palette.dark}" opacity=".16"/>${drawing(palette)}
</svg>
`;
}
