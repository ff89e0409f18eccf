import type { Palette } from './palettes.ts';

// Things one wears, carries or reads; drawn on the same sheet as the things of the house.

export const shirt = (p: Palette): string => `
  <path d="M150 140 76 184l34 74 30-16v148h120V242l30 16 34-74-74-44c-14 30-86 30-100 0z" fill="${p.body}"/>
  <path d="M150 140c14 30 86 30 100 0l-10-6c-20 18-60 18-80 0z" fill="${p.dark}"/>
  <path d="M140 242v148h40V200M110 258l30-16v-40" fill="${p.dark}" opacity=".14"/>
  <path d="M216 244h34v36a17 17 0 0 1-34 0z" fill="${p.accent}" opacity=".85"/>`;

export const jacket = (p: Palette): string => `
  <path d="M150 128 84 168 60 352l44 10 22-100v128h148V262l22 100 44-10-24-184-66-40-50 24z" fill="${p.body}"/>
  <path d="M150 128l50 70 50-70 14 10-40 86-24-14-24 14-40-86z" fill="${p.dark}"/><path d="M200 198v192" stroke="${p.dark}" stroke-width="5"/>
  <path d="M144 312h36M220 312h36" stroke="${p.dark}" stroke-width="8" stroke-linecap="round"/><g fill="${p.accent}"><circle cx="212" cy="246" r="6"/><circle cx="212" cy="286" r="6"/><circle cx="212" cy="346" r="6"/></g>`;

export const shoe = (p: Palette): string => `
  <path d="M92 214h88c10 46 40 66 90 78 42 10 58 28 58 62H92z" fill="${p.body}"/><path d="M92 214h88c4 20 12 34 22 46-30 26-70 30-110 26z" fill="${p.dark}" opacity=".5"/>
  <path d="M84 348h252v16a26 26 0 0 1-26 26H110a26 26 0 0 1-26-26z" fill="${p.light}"/><path d="M84 364h252" stroke="${p.accent}" stroke-width="7"/>
  <path d="M186 262l28-20M206 278l26-22M230 290l22-24" stroke="${p.light}" stroke-width="9" stroke-linecap="round"/>`;

export const bag = (p: Palette): string => `
  <path d="M144 216c0-94 112-94 112 0" fill="none" stroke="${p.dark}" stroke-width="16" stroke-linecap="round"/>
  <path d="M92 212h216l22 152a22 22 0 0 1-22 26H92a22 22 0 0 1-22-26z" fill="${p.body}"/><path d="M84 270h232l14 94a22 22 0 0 1-22 26H92a22 22 0 0 1-22-26z" fill="${p.dark}" opacity=".24"/>
  <rect x="168" y="246" width="64" height="48" rx="8" fill="${p.accent}"/><circle cx="200" cy="270" r="7" fill="${p.light}"/>`;

export const bracelet = (p: Palette): string => {
  const beads = Array.from({ length: 16 }, (_, i) => {
    const angle = (i / 16) * 2 * Math.PI;
    const x = (200 + 104 * Math.cos(angle)).toFixed(1);
    const y = (276 + 92 * Math.sin(angle)).toFixed(1);
    const fill = i % 4 === 1 ? p.accent : i % 2 === 0 ? p.body : p.dark;
    return `<circle cx="${x}" cy="${y}" r="${i % 4 === 1 ? 22 : 18}" fill="${fill}"/><circle cx="${Number(x) - 5}" cy="${Number(y) - 6}" r="4" fill="${p.light}" opacity=".7"/>`;
  });
  return `<ellipse cx="200" cy="276" rx="104" ry="92" fill="none" stroke="${p.dark}" stroke-width="5"/>${beads.join('')}`;
};

export const necklace = (p: Palette): string => `
  <path d="M92 116c0 130 60 186 108 186s108-56 108-186" fill="none" stroke="${p.dark}" stroke-width="7" stroke-linecap="round" stroke-dasharray="2 12"/>
  <path d="M92 116c0 130 60 186 108 186s108-56 108-186" fill="none" stroke="${p.body}" stroke-width="3"/>
  <circle cx="200" cy="306" r="10" fill="none" stroke="${p.dark}" stroke-width="6"/><path d="M200 316l38 34-38 56-38-56z" fill="${p.body}"/><path d="M200 316l38 34h-76z" fill="${p.accent}"/><path d="M200 406l-16-56h32z" fill="${p.light}" opacity=".45"/>`;

export const earrings = (p: Palette): string => `
  <g fill="none" stroke="${p.dark}" stroke-width="7" stroke-linecap="round"><path d="M138 190c-30-6-30-62 6-60 20 2 18 34 0 46v24M258 190c-30-6-30-62 6-60 20 2 18 34 0 46v24"/></g>
  <g fill="${p.body}"><path d="M144 200c34 50 42 74 42 96a42 42 0 0 1-84 0c0-22 8-46 42-96zM264 200c34 50 42 74 42 96a42 42 0 0 1-84 0c0-22 8-46 42-96z"/></g>
  <g fill="${p.accent}"><circle cx="144" cy="296" r="20"/><circle cx="264" cy="296" r="20"/></g><g fill="${p.dark}"><circle cx="144" cy="362" r="11"/><circle cx="264" cy="362" r="11"/></g>`;

export const book = (p: Palette): string => `
  <path d="M112 146h162a22 22 0 0 1 22 22v222H134a22 22 0 0 1-22-22z" fill="${p.body}"/><path d="M112 368a22 22 0 0 1 22-22h162v44H134a22 22 0 0 1-22-22z" fill="${p.light}"/><path d="M136 360h160M136 374h160" stroke="${p.dark}" stroke-width="3" opacity=".35"/>
  <path d="M136 146v200" stroke="${p.dark}" stroke-width="7" opacity=".5"/><rect x="164" y="190" width="100" height="62" rx="6" fill="${p.light}"/><path d="M182 212h64M194 232h40" stroke="${p.dark}" stroke-width="6" stroke-linecap="round"/><path d="M252 146h24v92l-12-14-12 14z" fill="${p.accent}"/>`;

export const pencil = (p: Palette): string => `
  <g transform="rotate(28 200 260)"><rect x="176" y="140" width="48" height="196" fill="${p.body}"/><path d="M176 336h48l-24 68z" fill="${p.light}"/><path d="M191 378h18l-9 26z" fill="${p.dark}"/><rect x="176" y="118" width="48" height="26" fill="${p.dark}"/><path d="M176 118v-8a24 24 0 0 1 48 0v8z" fill="${p.accent}"/><path d="M192 144v190M208 144v190" stroke="${p.dark}" stroke-width="3" opacity=".4"/></g>`;

export const screen = (p: Palette): string => `
  <rect x="60" y="160" width="280" height="178" rx="14" fill="${p.dark}"/><rect x="74" y="174" width="252" height="150" rx="6" fill="${p.body}"/><path d="M74 324l92-92 62 62 34-34 64 64z" fill="${p.accent}" opacity=".85"/><circle cx="276" cy="214" r="20" fill="${p.light}"/>
  <path d="M200 338v36M144 384h112" stroke="${p.dark}" stroke-width="16" stroke-linecap="round"/>`;

export const phone = (p: Palette): string => `
  <rect x="132" y="116" width="136" height="274" rx="26" fill="${p.dark}"/><rect x="144" y="132" width="112" height="242" rx="14" fill="${p.body}"/><path d="M144 320l40-50 32 32 40-48v106a14 14 0 0 1-14 14h-84a14 14 0 0 1-14-14z" fill="${p.accent}"/><circle cx="222" cy="182" r="16" fill="${p.light}"/>`;

export const headphones = (p: Palette): string => `
  <path d="M100 320v-40a100 100 0 0 1 200 0v40" fill="none" stroke="${p.dark}" stroke-width="20" stroke-linecap="round"/><rect x="76" y="284" width="62" height="106" rx="28" fill="${p.body}"/><rect x="262" y="284" width="62" height="106" rx="28" fill="${p.body}"/><rect x="122" y="298" width="22" height="78" rx="11" fill="${p.accent}"/><rect x="256" y="298" width="22" height="78" rx="11" fill="${p.accent}"/>`;

export const parcel = (p: Palette): string => `
  <path d="M200 150 316 204v126L200 390 84 330V204z" fill="${p.body}"/><path d="M84 204l116 56v130L84 330z" fill="${p.dark}" opacity=".3"/><path d="M200 260l116-56v126l-116 60z" fill="${p.dark}" opacity=".12"/>
  <path d="M142 177l116 56v40l-24-8-12 18v-34l-116-56z" fill="${p.accent}"/><path d="M108 292l40 20" stroke="${p.light}" stroke-width="8" stroke-linecap="round"/>`;
