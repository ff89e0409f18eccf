/** The colours of one picture: its ground, and four tones from light to dark with an accent. */
export interface Palette {
  readonly ground: string;
  readonly halo: string;
  readonly light: string;
  readonly body: string;
  readonly dark: string;
  readonly accent: string;
  readonly leaf: string;
}

const paletteOf = (ground: string, halo: string, light: string, body: string, dark: string, accent: string, leaf: string): Palette => ({
  ground,
  halo,
  light,
  body,
  dark,
  accent,
  leaf,
});

const palettes: readonly Palette[] = [
  paletteOf('#f1e7db', '#e7d6c3', '#f9f3ea', '#c4683f', '#7d3b20', '#2f5d50', '#2f5d50'),
  paletteOf('#e6ebe4', '#d2ddd0', '#f4f7f2', '#5f8570', '#2f4d3f', '#d08c4a', '#2f4d3f'),
  paletteOf('#e7eaf0', '#d3dae6', '#f5f7fa', '#5e789f', '#2f4263', '#d9a441', '#3f7a5a'),
  paletteOf('#f3e6e2', '#e9d1ca', '#fbf4f1', '#b8736a', '#6f3a38', '#3f6470', '#47785a'),
  paletteOf('#f2ecd9', '#e6dbb8', '#fbf8ec', '#c69a3a', '#7a5a17', '#7b3f2a', '#5b7a35'),
  paletteOf('#ebe7ef', '#dad2e2', '#f7f4f9', '#7d6b94', '#453756', '#c9853f', '#3f7a5a'),
  paletteOf('#e9e6e1', '#d8d2c8', '#f8f6f2', '#8b7a66', '#4a3f33', '#a8452f', '#5d7a4e'),
  paletteOf('#e2ecec', '#c8dcdc', '#f2f8f8', '#4f8a8b', '#24494b', '#c96f4a', '#2f6b4a'),
];

/** A small, even hash of a text (FNV-1a), so that one product always gets one picture. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The palette of a product, from its slug; colour words in the name win. */
export function paletteFor(slug: string): Palette {
  for (const [word, index] of colourWords) if (slug.includes(word)) return palettes[index];
  return palettes[hashOf(slug) % palettes.length];
}

const colourWords: readonly (readonly [string, number])[] = [
  ['green', 1],
  ['olive', 1],
  ['blue', 2],
  ['navy', 2],
  ['denim', 2],
  ['pink', 3],
  ['red', 3],
  ['yellow', 4],
  ['gold', 4],
  ['copper', 0],
  ['clay', 0],
  ['purple', 5],
  ['grey', 6],
  ['silver', 6],
  ['black', 6],
  ['teal', 7],
];
