import { svg } from './dom.js';

/** @typedef {import('./cluster-picture.js').Condition} Condition */

/**
 * Each condition has a shape, a colour and a word, so that no one needs to tell colours apart.
 * @type {Readonly<Record<Condition, { word: string, tone: 'ok' | 'warn' | 'bad' | 'soft' }>>}
 */
export const CONDITIONS = {
  coherent: { word: 'coherent', tone: 'ok' },
  alone: { word: 'alone', tone: 'ok' },
  'catching-up': { word: 'catching up', tone: 'warn' },
  isolated: { word: 'isolated', tone: 'bad' },
  dark: { word: 'dark', tone: 'bad' },
  suspect: { word: 'suspect', tone: 'warn' },
  silent: { word: 'no answer', tone: 'warn' },
  dead: { word: 'dead', tone: 'bad' },
  left: { word: 'left', tone: 'soft' },
};

/**
 * @param {Condition} condition
 * @param {number} r radius; drawn around 0,0
 */
export function mark(condition, r) {
  const { tone } = CONDITIONS[condition];
  return svg('g', { class: `mark ${tone}` }, ...shape(condition, r));
}

/** @param {Condition} condition what stands in a line of text; the word beside it says the same */
export function smallMark(condition) {
  return svg(
    'svg',
    { class: 'small-mark', viewBox: '-8 -8 16 16', 'aria-hidden': 'true' },
    mark(condition, 6),
  );
}

/** @param {Condition} condition @param {number} r */
function shape(condition, r) {
  const ring = svg('circle', { class: 'hollow', r });
  const cross = svg('path', { class: 'stroke', d: `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}` });
  const glyph = (/** @type {string} */ text) =>
    svg(
      'text',
      { class: 'glyph', 'text-anchor': 'middle', dy: '0.36em', 'font-size': 1.5 * r },
      text,
    );
  switch (condition) {
    case 'coherent':
      return [svg('circle', { class: 'full', r })];
    case 'alone':
      return [ring, svg('circle', { class: 'full', r: r / 2.5 })];
    case 'catching-up':
      return [ring, svg('path', { class: 'full', d: `M0 ${-r}A${r} ${r} 0 0 0 0 ${r}Z` })];
    case 'isolated':
      return [ring, svg('path', { class: 'stroke', d: `M${-r} 0H${r}` })];
    case 'dark':
      return [svg('rect', { class: 'full', x: -r, y: -r, width: 2 * r, height: 2 * r })];
    case 'suspect': {
      const d = 1.3 * r;
      return [svg('path', { class: 'hollow', d: `M0 ${-d}L${d} 0L0 ${d}L${-d} 0Z` }), glyph('?')];
    }
    case 'silent':
      return [svg('circle', { class: 'hollow dashed', r }), glyph('?')];
    case 'dead':
      return [cross];
    case 'left':
      return [svg('circle', { class: 'hollow dashed', r: 0.8 * r })];
  }
}
