/** One sample product: its words choose its drawing (see `art/picture.ts`). */
export interface SampleProduct {
  readonly name: string;
  readonly price: number;
  readonly stock: number;
  /** How many days ago it came to the shop. */
  readonly age: number;
  readonly tags: readonly string[];
  readonly description: string;
}

export interface SampleCategory {
  readonly name: string;
  readonly description: string;
  readonly products: readonly SampleProduct[];
}

const product = (name: string, price: number, stock: number, age: number, tags: string, description: string): SampleProduct => ({
  name,
  price,
  stock,
  age,
  tags: tags.split(', '),
  description,
});

export const sampleCategories: readonly SampleCategory[] = [
  {
    name: 'Tableware',
    description: 'Stoneware thrown and glazed in small batches.',
    products: [
      product(
        'Ember Stoneware Mug',
        24,
        38,
        3,
        'Stoneware, Handmade, Gift',
        'A generous mug with a handle that takes three fingers.\n\nReactive glaze, so no two are quite alike. Dishwasher safe.',
      ),
      product('Green Stoneware Mug', 24, 2, 40, 'Stoneware, Handmade', 'The same body as the Ember mug in a quiet moss glaze.'),
      product(
        'Terracotta Teapot',
        68,
        11,
        9,
        'Stoneware, Tea, Gift',
        'Holds four cups and pours without a drip. The lid locks when the pot is tipped.',
      ),
      product(
        'Everyday Pasta Bowl',
        28,
        52,
        70,
        'Stoneware, Everyday',
        'Wide, shallow and deep enough for soup. Stacks neatly by the half dozen.',
      ),
      product('Serving Bowl, Large', 54, 9, 65, 'Stoneware, Handmade', 'For salads, for fruit, for the middle of the table.'),
      product(
        'Espresso Cups, Set of Two',
        32,
        0,
        120,
        'Coffee, Stoneware',
        'Thick walls keep a short coffee hot. A set of two in a plain box.',
      ),
      product('Salt Jar with Lid', 26, 24, 55, 'Stoneware, Everyday', 'Wide enough for a hand, lidded against the steam of the kettle.'),
      product('Olive Oil Bottle', 30, 17, 31, 'Glass, Everyday', 'Dark glass keeps the oil fresh; the spout keeps the table clean.'),
    ],
  },
  {
    name: 'Lighting',
    description: 'Warm light for corners, shelves and bedsides.',
    products: [
      product(
        'Reading Lamp, Gold',
        129,
        6,
        5,
        'Brass, Bedroom',
        'A linen shade over a brushed brass stem, with a pull cord you can find in the dark.',
      ),
      product('Copper Table Lamp', 98, 3, 48, 'Copper, Bedroom', 'A small lamp with a wide pool of light. Takes an E14 bulb.'),
      product('Paper Lantern', 36, 41, 90, 'Paper, Everyday', 'Folded by hand from washi paper over a bamboo frame.'),
      product(
        'Beeswax Candle',
        18,
        64,
        12,
        'Candle, Gift',
        'Pure beeswax in a poured glass. Burns for forty hours and smells faintly of summer.',
      ),
      product('Fig & Cedar Candle', 34, 20, 2, 'Candle, Gift', 'Green fig, cedar and a little smoke, in soy wax.'),
      product('Pillar Candle, Blue', 22, 15, 77, 'Candle, Everyday', 'A tall, slow candle that stands by itself.'),
    ],
  },
  {
    name: 'Textiles',
    description: 'Linen, wool and cotton that soften with the years.',
    products: [
      product('Washed Linen Bed Set', 189, 12, 27, 'Linen, Bedroom', 'A duvet cover and two pillow cases in stone-washed European linen.'),
      product('Wool Throw, Rust', 94, 8, 8, 'Wool, Living room, Gift', 'Woven from lambswool and fringed by hand. Just heavy enough.'),
      product('Checked Wool Blanket', 110, 5, 100, 'Wool, Living room', 'A classic check at full bed size.'),
      product('Diamond Cushion', 42, 26, 34, 'Cotton, Living room', 'Quilted cotton with a feather pad. The cover comes off for the wash.'),
      product('Blue Linen Cushion', 46, 1, 61, 'Linen, Living room', 'Plain linen with a piped edge.'),
      product('Waffle Towels, Pair', 38, 33, 19, 'Cotton, Bathroom', 'Light, thirsty and quick to dry. A pair in unbleached cotton.'),
      product('Kitchen Linen Towel', 16, 80, 130, 'Linen, Everyday', 'A tea towel that dries glasses without lint.'),
    ],
  },
  {
    name: 'Garden',
    description: 'For balconies, window sills and whole gardens.',
    products: [
      product(
        'Fern in a Green Planter',
        39,
        14,
        4,
        'Plants, Living room',
        'A Boston fern, settled in its pot. Likes shade and a weekly drink.',
      ),
      product('Clay Plant Pot', 15, 72, 80, 'Plants, Terracotta', 'A classic pot with a saucer, thick enough to stay out all winter.'),
      product('Kitchen Herb Planter', 29, 19, 15, 'Plants, Everyday', 'Basil, thyme and chives in one trough for the window sill.'),
      product('Yellow Watering Can', 44, 10, 22, 'Tools, Garden', 'Powder-coated steel, well balanced when full. The rose unscrews.'),
      product('Ash Hand Trowel', 26, 31, 45, 'Tools, Garden', 'A forged blade in a handle of oiled ash.'),
      product('Folding Garden Bench', 240, 2, 140, 'Wood, Garden', 'Seats two, folds flat, and greys handsomely.'),
      product('Stoneware Vase, Tall', 58, 7, 6, 'Stoneware, Handmade, Gift', 'Narrow at the neck, so three stems look like a bunch.'),
    ],
  },
  {
    name: 'Furniture',
    description: 'A few good pieces, built to be repaired.',
    products: [
      product(
        'Two-Seat Sofa, Grey',
        890,
        3,
        60,
        'Living room, Wool',
        'A small sofa for a small room, in hard-wearing wool. The cushions turn.',
      ),
      product('Blue Armchair', 460, 4, 29, 'Living room', 'A low chair with a high back: for long books and short naps.'),
      product('Oak Side Table', 210, 9, 37, 'Wood, Living room', 'Solid oak with a shelf for the newspapers.'),
      product('Three-Drawer Chest', 520, 0, 150, 'Wood, Bedroom', 'Dovetailed drawers on waxed runners. No handles to catch a sleeve.'),
      product('Bedside Drawers', 165, 6, 11, 'Wood, Bedroom', 'A drawer for the book, a top for the lamp.'),
    ],
  },
  {
    name: 'Desk & Paper',
    description: 'Things to write with, and to write in.',
    products: [
      product('Clothbound Notebook', 22, 90, 7, 'Paper, Gift', 'Sewn, so that it opens flat. 192 pages of ruled ivory paper.'),
      product('Five-Year Diary', 36, 18, 52, 'Paper, Gift', 'A line a day for five years. It gets better as it goes.'),
      product('Cedar Pencils, Dozen', 14, 120, 200, 'Everyday, Wood', 'Soft, dark and unpainted at the tip.'),
      product('Leather Tote Bag', 145, 5, 17, 'Leather, Handmade', 'Vegetable-tanned leather, cut in one piece. Holds a laptop and lunch.'),
      product('Studio Headphones', 175, 13, 25, 'Everyday', 'Closed, comfortable, and every part can be replaced.'),
    ],
  },
];
