import { CONDITIONS, mark, smallMark } from './condition-mark.js';
import { html, svg } from './dom.js';
import { counted, shortened } from './format.js';

/** @typedef {import('./cluster-picture.js').ClusterPicture} ClusterPicture */
/** @typedef {import('./cluster-picture.js').NodePicture} NodePicture */
/** @typedef {import('./cluster-picture.js').Pair} Pair */
/** @typedef {{ x: number, y: number, angle: number }} Place */

const WIDTH_MAX = 560;
const RADIUS_MAX = 190;
const CHAR_PX = 7.2;
const LABEL_CHARS_MAX = 20;
const TURNED_LABEL_CHARS_MAX = 14;
const LABEL_GAP_PX = 14;
/** More labels than this are turned outward, so that they do not lie on each other. */
const LEVEL_LABELS_MAX = 14;
/** Beyond, links that work would be one grey disc: only those that fail are drawn. */
const LINKED_NODES_MAX = 24;
/** Closer labels would lie on each other: only those are written that matter. */
const ARC_PX_MIN = 14;
const ARC_PX_MAX = 100;
const RADIUS_OF_NODE_MAX = 8;

/**
 * The mesh as a circle of nodes. Hearing is drawn where it works and marked where it fails.
 * @param {ClusterPicture} picture
 * @param {number} widthPx what there is for it
 */
export function meshGraph({ nodes, pairs }, widthPx) {
  const width = Math.min(WIDTH_MAX, widthPx);
  const isTurned = nodes.length > LEVEL_LABELS_MAX;
  const charsMax = isTurned
    ? TURNED_LABEL_CHARS_MAX
    : Math.min(LABEL_CHARS_MAX, Math.max(6, Math.floor((width - 180) / 2 / CHAR_PX)));
  const labels = nodes.map((node) => labelOf(node, charsMax));
  const longest = Math.max(0, ...labels.map((label) => label.length)) * CHAR_PX;
  const radius =
    nodes.length < 2 ? 0 : Math.min(RADIUS_MAX, width / 2 - longest - 2 * LABEL_GAP_PX);
  const margin = isTurned ? longest + 2 * LABEL_GAP_PX : 3 * LABEL_GAP_PX;
  const places = nodes.map((_, index) => placeOf(index, nodes.length, radius));
  const top = Math.min(0, ...places.map(({ y }) => y)) - margin;
  const height = Math.max(0, ...places.map(({ y }) => y)) + margin - top;
  const arc = radius > 0 ? (2 * Math.PI * radius) / nodes.length : ARC_PX_MAX;
  const r = Math.min(RADIUS_OF_NODE_MAX, rounded(arc / 2 - 1));
  const writesAll = arc >= ARC_PX_MIN || !isTurned;
  const drawn = drawnOf(nodes, pairs);
  const crowded = nodes.length > LEVEL_LABELS_MAX ? ' crowded' : '';
  return [
    svg(
      'svg',
      {
        class: `graph${crowded}`,
        role: 'img',
        'aria-label': spoken(nodes, pairs),
        width,
        height,
        viewBox: `${-width / 2} ${top} ${width} ${height}`,
      },
      ...drawn.flatMap((pair) => lineOf(pair, places)),
      ...nodes.map((node, index) => {
        const place = /** @type {Place} */ (places[index]);
        const writes = writesAll || node.self || !isWell(node);
        return svg(
          'g',
          {},
          svg('title', {}, `${node.node}: ${CONDITIONS[node.condition].word}`),
          svg(
            'g',
            { transform: `translate(${place.x} ${place.y})` },
            svg('circle', { class: 'ground', r: r + (isTurned ? 0 : 3) }),
            node.self && svg('circle', { class: 'self', r: r + 4 }),
            mark(node.condition, r),
          ),
          writes && labelAt(place, labels[index] ?? '', radius, isTurned),
        );
      }),
    ),
    legend(nodes, drawn, drawn.length < pairs.length),
  ];
}

/** @param {NodePicture} node */
function isWell({ condition }) {
  return condition === 'coherent' || condition === 'alone';
}

/** @param {readonly NodePicture[]} nodes @param {readonly Pair[]} pairs @returns {readonly Pair[]} those that fail last, on top */
function drawnOf(nodes, pairs) {
  const isLink = (/** @type {Pair} */ pair) => hearing(pair) === 'link';
  const failing = pairs.filter((pair) => !isLink(pair));
  return nodes.length > LINKED_NODES_MAX ? failing : [...pairs.filter(isLink), ...failing];
}

/** @param {NodePicture} node @param {number} charsMax */
function labelOf(node, charsMax) {
  return shortened(node.node, charsMax);
}

/** @param {number} index @param {number} of @param {number} radius @returns {Place} from the top, clockwise */
function placeOf(index, of, radius) {
  const angle = (2 * Math.PI * index) / of - Math.PI / 2;
  return { x: rounded(radius * Math.cos(angle)), y: rounded(radius * Math.sin(angle)), angle };
}

/** @param {number} value no digits that nobody sees */
function rounded(value) {
  return Math.round(value * 10) / 10;
}

/** @param {Place} place @param {string} text @param {number} radius @param {boolean} isTurned */
function labelAt({ x, y, angle }, text, radius, isTurned) {
  const out = radius + LABEL_GAP_PX;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  if (isTurned) {
    const degrees = rounded((angle * 180) / Math.PI);
    const transform =
      cos < -0.001
        ? `rotate(${degrees + 180}) translate(${-out} 0)`
        : `rotate(${degrees}) translate(${out} 0)`;
    const anchor = cos < -0.001 ? 'end' : 'start';
    return svg('text', { class: 'label', transform, 'text-anchor': anchor, dy: '0.35em' }, text);
  }
  const isAbove = Math.abs(cos) < 0.2;
  const below = sin > 0 || radius === 0 ? 26 : -24;
  return svg(
    'text',
    {
      class: 'label',
      x: rounded(isAbove ? x : x + Math.sign(cos) * LABEL_GAP_PX),
      y: rounded(isAbove ? y + below : y),
      'text-anchor': isAbove ? 'middle' : cos > 0 ? 'start' : 'end',
      dy: '0.35em',
    },
    text,
  );
}

/** @param {Pair} pair */
function hearing({ firstHears, secondHears }) {
  if (firstHears === false && secondHears === false) return 'cut';
  if (firstHears === false || secondHears === false) return 'one-way';
  return firstHears || secondHears ? 'link' : 'unknown';
}

/** @param {Pair} pair @param {readonly Place[]} places */
function lineOf(pair, places) {
  const kind = hearing(pair);
  const [a, b] = [places[pair.first], places[pair.second]];
  if (kind === 'unknown' || !a || !b) return [];
  const line = svg('line', { class: `line ${kind}`, x1: a.x, y1: a.y, x2: b.x, y2: b.y });
  const [x, y] = [rounded((a.x + b.x) / 2), rounded((a.y + b.y) / 2)];
  if (kind === 'link') return [line];
  if (kind === 'cut')
    return [
      line,
      svg('path', {
        class: 'cut-mark',
        transform: `translate(${x} ${y})`,
        d: 'M-5 -5L5 5M5 -5L-5 5',
      }),
    ];
  // It points the way that events still go: to the one that hears.
  const [from, to] = pair.firstHears === false ? [a, b] : [b, a];
  const degrees = rounded((Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI);
  const transform = `translate(${x} ${y}) rotate(${degrees})`;
  return [line, svg('path', { class: 'one-way-mark', transform, d: 'M-6 -6L6 0L-6 6Z' })];
}

/** @param {readonly NodePicture[]} nodes @param {readonly Pair[]} pairs @param {boolean} omitsLinks */
function legend(nodes, pairs, omitsLinks) {
  const conditions = [...new Set(nodes.map(({ condition }) => condition))];
  const hearings = new Set(pairs.map(hearing));
  const sample = (/** @type {string} */ kind, /** @type {string} */ text) =>
    hearings.has(/** @type {ReturnType<typeof hearing>} */ (kind)) &&
    html(
      'li',
      {},
      svg(
        'svg',
        { class: 'small-mark', viewBox: '-8 -8 16 16', 'aria-hidden': 'true' },
        svg('line', { class: `line ${kind}`, x1: -8, y1: 0, x2: 8, y2: 0 }),
      ),
      text,
    );
  return html(
    'figcaption',
    {},
    html(
      'ul',
      { class: 'legend' },
      ...conditions.map((one) => html('li', {}, smallMark(one), CONDITIONS[one].word)),
      html(
        'li',
        {},
        svg(
          'svg',
          { class: 'small-mark', viewBox: '-8 -8 16 16', 'aria-hidden': 'true' },
          svg('circle', { class: 'self', r: 6 }),
        ),
        'asked here',
      ),
      sample('link', 'hear each other'),
      sample('one-way', 'one way only'),
      sample('cut', 'do not hear each other'),
      omitsLinks && html('li', {}, 'only pairs that do not hear each other are joined'),
    ),
  );
}

/** @param {readonly NodePicture[]} nodes @param {readonly Pair[]} pairs the picture in words */
function spoken(nodes, pairs) {
  const cuts = pairs.filter((pair) => ['cut', 'one-way'].includes(hearing(pair))).length;
  const ill = nodes.filter((node) => !isWell(node));
  const words = ill.map(({ node, condition }) => `${node} ${CONDITIONS[condition].word}`);
  return [
    `Graph of ${counted(nodes.length, 'node')}`,
    words.length > 0 ? words.join(', ') : 'all coherent',
    cuts > 0 ? `${counted(cuts, 'pair')} of members that do not hear each other both ways` : '',
  ]
    .filter(Boolean)
    .join('; ');
}
