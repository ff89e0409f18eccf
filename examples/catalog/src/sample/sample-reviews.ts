/** One sample review: which product, who, how good, in what words, how many days ago. */
export interface SampleReview {
  readonly product: string;
  readonly by: string;
  readonly rating: number;
  readonly words: string;
  readonly age: number;
  readonly waiting?: boolean;
}

const review = (product: string, by: string, rating: number, age: number, words: string): SampleReview => ({
  product,
  by,
  rating,
  age,
  words,
});

export const sampleReviewers = ['ines', 'tomasz', 'priya', 'noah', 'maren'] as const;

export const sampleReviews: readonly SampleReview[] = [
  review(
    'Ember Stoneware Mug',
    'ines',
    5,
    2,
    'The colour is even better than in the picture, and it keeps the tea hot right to the bottom.',
  ),
  review('Ember Stoneware Mug', 'tomasz', 4, 1, 'Lovely mug. A little heavy, but I have come to like that.'),
  review('Terracotta Teapot', 'priya', 5, 6, 'It really does not drip. I have been looking for this pot for ten years.'),
  review('Terracotta Teapot', 'maren', 4, 3, 'Pours well, looks well. I would have liked a larger strainer.'),
  review('Everyday Pasta Bowl', 'noah', 5, 44, 'We bought two, then four more.'),
  review('Everyday Pasta Bowl', 'ines', 4, 30, 'A good size. The glaze shows cutlery marks, which wipe off.'),
  review('Reading Lamp, Gold', 'maren', 5, 4, 'Warm light exactly where I read. The cord is a small joy.'),
  review('Beeswax Candle', 'tomasz', 5, 10, 'Burns clean and lasts for weeks.'),
  review('Beeswax Candle', 'priya', 4, 8, 'A gentle smell, not perfumed at all.'),
  review('Washed Linen Bed Set', 'noah', 5, 20, 'Soft from the first night. Worth the money.'),
  review('Wool Throw, Rust', 'ines', 5, 6, 'Everyone who visits asks where it is from.'),
  review('Wool Throw, Rust', 'noah', 3, 2, 'Beautiful, but it sheds a little in the first weeks.'),
  review('Diamond Cushion', 'maren', 4, 22, 'Well made; the zip is hidden nicely.'),
  review('Fern in a Green Planter', 'priya', 5, 3, 'Arrived well packed and has new leaves already.'),
  review('Yellow Watering Can', 'tomasz', 5, 15, 'Cheerful even in the rain.'),
  review('Ash Hand Trowel', 'noah', 4, 33, 'A tool to keep.'),
  review('Stoneware Vase, Tall', 'maren', 5, 5, 'Three tulips and the table is dressed.'),
  review('Blue Armchair', 'ines', 4, 18, 'Very comfortable. Delivery took a while.'),
  review('Clothbound Notebook', 'priya', 5, 5, 'Opens flat, as promised, and ink does not bleed.'),
  review('Leather Tote Bag', 'tomasz', 4, 12, 'Stiff at first and wonderful after a month.'),
  { ...review('Fig & Cedar Candle', 'noah', 5, 1, 'The whole hall smells of a fig tree. Please bring a larger one.'), waiting: true },
  { ...review('Copper Table Lamp', 'maren', 2, 1, 'Mine came with a dent in the shade.'), waiting: true },
];
