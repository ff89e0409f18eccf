import type { Palette } from './palettes.ts';

// Every drawing stands on a 400 by 500 sheet, its foot at y = 390.

export const mug = (p: Palette): string => `
  <path d="M262 262h34a46 46 0 0 1 0 92h-36" fill="none" stroke="${p.dark}" stroke-width="18" stroke-linecap="round"/>
  <path d="M124 226h146v112a52 52 0 0 1-52 52h-42a52 52 0 0 1-52-52z" fill="${p.body}"/>
  <path d="M124 300h146v38a52 52 0 0 1-52 52h-42a52 52 0 0 1-52-52z" fill="${p.dark}" opacity=".28"/>
  <ellipse cx="197" cy="226" rx="73" ry="15" fill="${p.dark}"/><ellipse cx="197" cy="229" rx="60" ry="9" fill="${p.accent}"/>
  <path d="M176 190q-14-18 0-36t0-36M216 190q-14-18 0-36t0-36" fill="none" stroke="${p.light}" stroke-width="8" stroke-linecap="round"/>`;

export const teapot = (p: Palette): string => `
  <path d="M284 292c40-4 42-56 72-62" fill="none" stroke="${p.dark}" stroke-width="24" stroke-linecap="round"/>
  <path d="M118 262c-58-14-66 72-4 84" fill="none" stroke="${p.dark}" stroke-width="16" stroke-linecap="round"/>
  <path d="M104 306c0-58 44-92 100-92s100 34 100 92c0 48-34 84-66 84h-68c-32 0-66-36-66-84z" fill="${p.body}"/>
  <path d="M106 320h196c-5 40-36 70-64 70h-68c-28 0-59-30-64-70z" fill="${p.dark}" opacity=".26"/>
  <path d="M150 224a54 30 0 0 1 108 0z" fill="${p.accent}"/><circle cx="204" cy="188" r="13" fill="${p.dark}"/>
  <path d="M132 284q10-36 40-46" fill="none" stroke="${p.light}" stroke-width="8" stroke-linecap="round" opacity=".8"/>`;

export const bowl = (p: Palette): string => `
  <path d="M84 272h232c0 72-46 118-84 118h-64c-38 0-84-46-84-118z" fill="${p.body}"/>
  <path d="M92 310h216c-14 50-48 80-76 80h-64c-28 0-62-30-76-80z" fill="${p.dark}" opacity=".26"/>
  <ellipse cx="200" cy="272" rx="116" ry="24" fill="${p.dark}"/><ellipse cx="200" cy="276" rx="98" ry="15" fill="${p.light}"/>
  <circle cx="160" cy="256" r="24" fill="${p.accent}"/><circle cx="206" cy="246" r="30" fill="${p.accent}" opacity=".85"/><circle cx="248" cy="258" r="21" fill="${p.accent}"/>`;

export const jar = (p: Palette): string => `
  <rect x="122" y="186" width="156" height="204" rx="26" fill="${p.light}"/>
  <path d="M122 268h156v96a26 26 0 0 1-26 26H148a26 26 0 0 1-26-26z" fill="${p.body}"/>
  <rect x="136" y="148" width="128" height="42" rx="10" fill="${p.dark}"/>
  <rect x="146" y="288" width="108" height="62" rx="6" fill="${p.ground}"/>
  <path d="M164 310h72M176 330h48" stroke="${p.dark}" stroke-width="6" stroke-linecap="round"/>`;

export const vase = (p: Palette): string => `
  <path d="M196 214C186 150 160 120 140 96M204 214c4-70 22-102 54-134M200 214V92" fill="none" stroke="${p.leaf}" stroke-width="6" stroke-linecap="round"/>
  <path d="M140 96c-26 2-36-16-34-36 22 0 36 12 34 36zM258 80c-2-26 14-38 36-38 2 24-12 38-36 38zM200 92c-18-14-18-36 0-54 18 18 18 40 0 54zM176 146c-24 10-40-2-46-20 22-8 38 0 46 20zM222 140c8-22 26-28 46-20-8 20-24 28-46 20z" fill="${p.leaf}"/>
  <path d="M172 206h56c-4 34 46 56 46 114 0 42-26 70-48 70h-52c-22 0-48-28-48-70 0-58 50-80 46-114z" fill="${p.body}"/>
  <path d="M127 312h146c2 46-24 78-47 78h-52c-23 0-49-32-47-78z" fill="${p.dark}" opacity=".26"/>
  <rect x="164" y="196" width="72" height="18" rx="9" fill="${p.dark}"/>`;

export const plant = (p: Palette): string => `
  <path d="M200 290V120M200 262c-40-6-66-30-74-66M200 244c42-8 64-34 70-72" fill="none" stroke="${p.leaf}" stroke-width="7" stroke-linecap="round"/>
  <path d="M200 150c-34-26-34-70 0-100 34 30 34 74 0 100zM132 214c-46 4-70-22-72-62 44-2 74 18 72 62zM266 190c-2-44 24-68 70-70 4 42-24 72-70 70zM168 262c-34 18-64 6-78-24 32-16 66-8 78 24zM230 250c12-32 44-42 74-28-10 32-42 44-74 28z" fill="${p.leaf}"/>
  <path d="M120 288h160l-20 88a18 18 0 0 1-18 14h-84a18 18 0 0 1-18-14z" fill="${p.body}"/>
  <path d="M128 324h144l-12 52a18 18 0 0 1-18 14h-84a18 18 0 0 1-18-14z" fill="${p.dark}" opacity=".26"/>
  <rect x="108" y="270" width="184" height="34" rx="10" fill="${p.dark}"/>`;

export const lamp = (p: Palette): string => `
  <path d="M120 250 160 112h80l40 138z" fill="${p.body}"/><path d="M196 250V112h44l40 138z" fill="${p.dark}" opacity=".2"/>
  <path d="M120 250h160l44 140H76z" fill="${p.accent}" opacity=".16"/>
  <rect x="192" y="250" width="16" height="122" fill="${p.dark}"/><rect x="140" y="368" width="120" height="22" rx="11" fill="${p.dark}"/>
  <path d="M244 250v50" stroke="${p.dark}" stroke-width="4"/><circle cx="244" cy="304" r="7" fill="${p.accent}"/>`;

export const candle = (p: Palette): string => `
  <path d="M200 92c26 32 32 48 32 66a32 32 0 0 1-64 0c0-18 6-34 32-66z" fill="${p.accent}"/><path d="M200 132c12 14 15 22 15 30a15 15 0 0 1-30 0c0-8 3-16 15-30z" fill="${p.light}"/>
  <path d="M200 190v34" stroke="${p.dark}" stroke-width="7" stroke-linecap="round"/>
  <path d="M130 226h140v138a26 26 0 0 1-26 26h-88a26 26 0 0 1-26-26z" fill="${p.body}"/>
  <ellipse cx="200" cy="226" rx="70" ry="14" fill="${p.light}"/>
  <rect x="150" y="278" width="100" height="66" rx="6" fill="${p.light}"/><path d="M168 302h64M178 322h44" stroke="${p.dark}" stroke-width="6" stroke-linecap="round"/>`;

export const cushion = (p: Palette): string => `
  <path d="M92 184c26-18 190-18 216 0 16 34 16 158 0 192-26 18-190 18-216 0-16-34-16-158 0-192z" fill="${p.body}"/>
  <path d="M92 184c26-18 190-18 216 0 10 22 14 74 12 122H80c-2-48 2-100 12-122z" fill="${p.light}" opacity=".2"/>
  <path d="M120 170l160 218M176 170l120 164M104 230l116 158M280 170 120 388M224 170 104 334M296 230 180 388" stroke="${p.dark}" stroke-width="5" opacity=".45"/>
  <path d="M92 184l-16-22M308 184l16-22M92 376l-16 18M308 376l16 18" stroke="${p.accent}" stroke-width="12" stroke-linecap="round"/>`;

export const blanket = (p: Palette): string => `
  <rect x="82" y="322" width="236" height="68" rx="30" fill="${p.dark}"/><rect x="82" y="258" width="236" height="68" rx="30" fill="${p.body}"/><rect x="82" y="194" width="236" height="68" rx="30" fill="${p.accent}"/>
  <path d="M112 194v68M140 194v68M112 258v68M140 258v68M112 322v68M140 322v68" stroke="${p.light}" stroke-width="8" opacity=".7"/>
  <path d="M262 390v22M278 390v22M294 388v22" stroke="${p.dark}" stroke-width="6" stroke-linecap="round"/>`;

export const armchair = (p: Palette): string => `
  <path d="M130 366l-12 40M270 366l12 40" stroke="${p.dark}" stroke-width="14" stroke-linecap="round"/>
  <path d="M118 300V190a52 52 0 0 1 52-52h60a52 52 0 0 1 52 52v110z" fill="${p.body}"/>
  <path d="M78 268a32 32 0 0 1 64 0v40h116v-40a32 32 0 0 1 64 0v82a26 26 0 0 1-26 26H104a26 26 0 0 1-26-26z" fill="${p.dark}"/>
  <rect x="136" y="278" width="128" height="52" rx="18" fill="${p.accent}"/>`;

export const sofa = (p: Palette): string => `
  <path d="M84 372v32M316 372v32" stroke="${p.dark}" stroke-width="14" stroke-linecap="round"/>
  <rect x="70" y="206" width="260" height="120" rx="34" fill="${p.body}"/><path d="M200 206v110" stroke="${p.dark}" stroke-width="5" opacity=".5"/>
  <path d="M34 288a30 30 0 0 1 60 0v26h212v-26a30 30 0 0 1 60 0v66a26 26 0 0 1-26 26H60a26 26 0 0 1-26-26z" fill="${p.dark}"/>
  <rect x="92" y="286" width="106" height="46" rx="16" fill="${p.body}"/><rect x="202" y="286" width="106" height="46" rx="16" fill="${p.body}"/>
  <rect x="92" y="238" width="58" height="58" rx="12" transform="rotate(-10 121 267)" fill="${p.accent}"/>`;

export const table = (p: Palette): string => `
  <path d="M112 268 92 390M288 268l20 122" stroke="${p.dark}" stroke-width="18" stroke-linecap="round"/><path d="M112 338h176" stroke="${p.dark}" stroke-width="10" opacity=".6"/>
  <rect x="56" y="238" width="288" height="36" rx="12" fill="${p.body}"/><path d="M80 256h110M214 256h60" stroke="${p.dark}" stroke-width="4" opacity=".45" stroke-linecap="round"/>
  <path d="M170 238c-8-30-8-40 4-56h32c12 16 12 26 4 56z" fill="${p.accent}"/><path d="M190 182c-4-30-14-46-30-56M192 182c2-34 14-54 32-62" fill="none" stroke="${p.leaf}" stroke-width="5" stroke-linecap="round"/>`;

export const drawers = (p: Palette): string => `
  <path d="M110 372v28M290 372v28" stroke="${p.dark}" stroke-width="16" stroke-linecap="round"/>
  <rect x="80" y="176" width="240" height="206" rx="14" fill="${p.body}"/><rect x="68" y="160" width="264" height="26" rx="10" fill="${p.dark}"/>
  <g fill="${p.dark}" opacity=".22"><rect x="98" y="204" width="204" height="46" rx="8"/><rect x="98" y="262" width="204" height="46" rx="8"/><rect x="98" y="320" width="204" height="46" rx="8"/></g>
  <path d="M182 227h36M182 285h36M182 343h36" stroke="${p.accent}" stroke-width="10" stroke-linecap="round"/>`;

export const fence = (p: Palette): string => `
  <g fill="${p.body}"><path d="M72 390V190l24-26 24 26v200zM142 390V190l24-26 24 26v200zM212 390V190l24-26 24 26v200zM282 390V190l24-26 24 26v200z"/></g>
  <path d="M54 244h292M54 334h292" stroke="${p.dark}" stroke-width="18" stroke-linecap="round"/>
  <path d="M60 390c20-40 40-30 44 0M300 390c10-50 40-40 48 0" fill="${p.leaf}"/>`;

export const wateringCan = (p: Palette): string => `
  <path d="M268 340 340 226" stroke="${p.dark}" stroke-width="22" stroke-linecap="round"/><path d="M318 196l48 32" stroke="${p.dark}" stroke-width="20" stroke-linecap="round"/>
  <path d="M128 248c-70-26-84 92 0 104" fill="none" stroke="${p.dark}" stroke-width="16" stroke-linecap="round"/><path d="M144 240c8-70 96-70 106 0" fill="none" stroke="${p.dark}" stroke-width="14"/>
  <path d="M118 238h160v126a26 26 0 0 1-26 26H144a26 26 0 0 1-26-26z" fill="${p.body}"/><path d="M118 318h160v46a26 26 0 0 1-26 26H144a26 26 0 0 1-26-26z" fill="${p.dark}" opacity=".26"/>
  <path d="M158 276h80" stroke="${p.light}" stroke-width="8" stroke-linecap="round" opacity=".8"/>`;

export const trowel = (p: Palette): string => `
  <g transform="rotate(32 200 260)"><path d="M160 268h80v66c0 34-22 62-40 76-18-14-40-42-40-76z" fill="${p.dark}"/><path d="M200 268v142c18-14 40-42 40-76v-66z" fill="${p.light}" opacity=".22"/>
  <rect x="192" y="208" width="16" height="66" fill="${p.dark}"/><rect x="180" y="92" width="40" height="124" rx="20" fill="${p.body}"/><circle cx="200" cy="114" r="6" fill="${p.light}"/></g>`;

export const bottle = (p: Palette): string => `
  <rect x="176" y="112" width="48" height="40" rx="8" fill="${p.dark}"/><path d="M180 152h40v34c34 14 50 36 50 70v108a26 26 0 0 1-26 26h-88a26 26 0 0 1-26-26V256c0-34 16-56 50-70z" fill="${p.body}"/>
  <rect x="146" y="266" width="108" height="80" rx="6" fill="${p.light}"/><path d="M164 292h72M176 316h48" stroke="${p.dark}" stroke-width="6" stroke-linecap="round"/><circle cx="200" cy="226" r="12" fill="${p.accent}"/>`;
