import type { Page } from 'playwright-core';

// These run in the page; they are texts, since the tests' own types know no DOM.

/** What people who can't see, or can't point, would miss on a page; none is what a good page gives. */
export async function problemsOf(page: Page): Promise<string[]> {
  return page.evaluate(`(${inspectPage})()`);
}

/** Texts whose colour is too close to the ground beneath them (WCAG AA: 4.5 to 1, or 3 to 1 where they are large). */
export async function faintTextsOf(page: Page): Promise<string[]> {
  return page.evaluate(`(${inspectContrast})()`);
}

const inspectPage = `() => {
  const problems = [];
  const visible = (e) => e.checkVisibility() && e.type !== 'hidden' && !e.closest('[aria-hidden="true"]');
  const say = (what, e) => problems.push(what + ': ' + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('input, textarea, select')) if (visible(e) && e.labels.length === 0 && !e.ariaLabel) say('no label', e);
  for (const e of document.querySelectorAll('a, button')) if (visible(e) && !(e.ariaLabel || e.textContent).trim()) say('no name', e);
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) say('no alt', e);
  for (const e of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const id of ((e.getAttribute('aria-labelledby') || '') + ' ' + (e.getAttribute('aria-describedby') || '')).trim().split(/\\s+/))
      if (!document.getElementById(id)) say('refers to no ' + id, e);
  const ids = new Set();
  for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) say('id used twice', e); ids.add(e.id); }
  for (const [selector, count] of [['main', 1], ['body > header', 1], ['body > footer', 1], ['h1', 1]])
    if (document.querySelectorAll(selector).length !== count) problems.push('not ' + count + ' ' + selector);
  for (const e of document.querySelectorAll('nav')) if (!e.ariaLabel && !e.getAttribute('aria-labelledby')) say('unnamed', e);
  let level = 0;
  for (const e of document.querySelector('main').querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(e.tagName[1]);
    if (level && next > level + 1) say('skips a level', e);
    level = next;
  }
  if (!document.documentElement.lang) problems.push('no language');
  if (document.documentElement.scrollWidth > innerWidth) problems.push('wider than the screen: ' + document.documentElement.scrollWidth);
  for (const e of document.images) if (e.complete && e.naturalWidth === 0) say('not loaded', e);
  return problems;
}`;

const inspectContrast = `() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; }
    return [255, 255, 255];
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const e = walker.currentNode.parentElement;
    if (!text || !e.checkVisibility() || e.closest('.hidden, svg, .skip, .rate, script')) continue;
    const style = getComputedStyle(e);
    const size = parseFloat(style.fontSize);
    const [a, b] = [light(numbers(style.color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) faint.add(text.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return [...faint];
}`;
