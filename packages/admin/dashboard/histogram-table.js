import { html, svg } from './dom.js';
import { counted, duration } from './format.js';

/** @typedef {import('../src/shapes/index.js').HistogramView} HistogramView */

/**
 * A histogram as a table whose bars are its picture; empty ones at both ends are left out.
 * @param {string} title
 * @param {string} what is counted
 * @param {string} empty what is said while there is nothing
 * @param {HistogramView} histogram
 */
export function histogramTable(title, what, empty, histogram) {
  const heading = html('h3', {}, title);
  if (histogram.count === 0) return html('div', {}, heading, html('p', { class: 'empty' }, empty));
  const buckets = bucketsOf(histogram);
  const first = buckets.findIndex(({ count }) => count > 0);
  const last = buckets.findLastIndex(({ count }) => count > 0);
  const shown = buckets.slice(first, last + 1);
  const most = Math.max(...shown.map(({ count }) => count));
  return html(
    'div',
    {},
    heading,
    html('p', {}, `Half ${within(histogram, 0.5)}, 99 % ${within(histogram, 0.99)}: ${what}.`),
    html(
      'table',
      { class: 'histogram' },
      html('caption', {}, `${counted(histogram.count, 'sample')} since the node started`),
      html(
        'thead',
        {},
        html(
          'tr',
          {},
          ...['Between', 'Share', 'Samples'].map((text) => html('th', { scope: 'col' }, text)),
        ),
      ),
      html(
        'tbody',
        {},
        ...shown.map(({ label, count }) =>
          html(
            'tr',
            {},
            html('th', { scope: 'row' }, label),
            html(
              'td',
              { class: 'picture' },
              svg(
                'svg',
                { class: 'bar', role: 'img', 'aria-label': share(count / histogram.count) },
                svg('rect', { class: 'done', width: `${(100 * count) / most}%`, height: '100%' }),
              ),
            ),
            html('td', { class: 'number' }, count),
          ),
        ),
      ),
    ),
  );
}

/** @param {number} part 0 … 1 */
function share(part) {
  return part > 0 && part < 0.01 ? 'below 1 %' : `${Math.round(100 * part)} %`;
}

/** @param {HistogramView} histogram cumulative buckets @returns {{ label: string, count: number }[]} each by itself */
function bucketsOf({ buckets }) {
  return buckets.map(({ le, count }, index) => {
    const before = buckets[index - 1];
    const from = 1000 * (before?.le ?? 0);
    const label =
      le === null ? `over ${duration(from)}` : `${duration(from)} – ${duration(1000 * le)}`;
    return { label, count: count - (before?.count ?? 0) };
  });
}

/** @param {HistogramView} histogram @param {number} part 0 … 1 */
function within({ buckets, count }, part) {
  const bucket = buckets.find((one) => one.count >= part * count);
  if (bucket && bucket.le !== null) return `within ${duration(1000 * bucket.le)}`;
  const last = buckets.findLast(({ le }) => le !== null);
  return `over ${duration(1000 * (last?.le ?? 0))}`;
}
