import { html, svg } from './dom.js';
import { age, count, counted, duration } from './format.js';

/** @typedef {import('./cluster-picture.js').ClusterPicture} ClusterPicture */
/** @typedef {import('./cluster-picture.js').ScopeRow} ScopeRow */
/** @typedef {ClusterPicture['scopes'][number]} ScopePicture */
/** @typedef {(scope: string, applied: number) => number} LagMs */

/** With more rows than this on the page, those of nodes that are up to date are folded away. */
const ROWS_OPEN_MAX = 40;
const SCOPES_SHOWN_MAX = 50;
/** What is behind for less is on its way. */
const LATE_MS = 1_000;
/** The bar shows at least so many versions of the log. */
const WINDOW_MIN = 100;

/**
 * @param {ClusterPicture['scopes']} scopes
 * @param {LagMs} lagMs
 * @param {(scope: string) => boolean} isOpened whether the reader has unfolded it
 */
export function scopeTables(scopes, lagMs, isOpened) {
  if (scopes.length === 0)
    return [
      html(
        'p',
        { class: 'empty' },
        'No node follows a scope yet: open a cache, or name scopes in admin.scopes.',
      ),
    ];
  const rows = scopes.reduce((sum, scope) => sum + scope.rows.length, 0);
  const folds = rows > ROWS_OPEN_MAX;
  // Only what is late moves up: with every write somebody is behind for a moment.
  const byNeed = [...scopes].sort((a, b) => worstLateOf(b, lagMs) - worstLateOf(a, lagMs));
  const hidden = scopes.length - SCOPES_SHOWN_MAX;
  return [
    ...byNeed
      .slice(0, SCOPES_SHOWN_MAX)
      .map((scope) =>
        folds ? folded(scope, lagMs, isOpened(scope.scope)) : tableOf(scope, scope.rows, lagMs),
      ),
    hidden > 0 &&
      html(
        'p',
        {},
        `${counted(hidden, 'scope')} more, behind by ${count(Math.max(...byNeed.slice(SCOPES_SHOWN_MAX).map(worstOf)))} at most.`,
      ),
  ];
}

/** @param {ScopePicture} scope */
function worstOf({ rows }) {
  return Math.max(0, ...rows.map(({ view }) => view.behind ?? 0));
}

/** @param {ScopePicture} scope @param {LagMs} lagMs */
function worstLateOf({ scope, rows }, lagMs) {
  const late = rows.filter((row) => lateMsOf(scope, row, lagMs) > 0);
  return Math.max(0, ...late.map(({ view }) => view.behind ?? 0));
}

/** @param {string} scope @param {ScopeRow} row @param {LagMs} lagMs @returns 0 unless it is late */
function lateMsOf(scope, { sameLog, view }, lagMs) {
  if (!sameLog || view.behind === null || view.behind === 0) return 0;
  const ms = lagMs(scope, view.appliedThrough ?? 0);
  return ms >= LATE_MS ? ms : 0;
}

/** @param {ScopePicture} scope @param {LagMs} lagMs */
function captionOf({ scope, logVersion, rows }, lagMs) {
  const late = rows.filter((row) => lateMsOf(scope, row, lagMs) > 0).length;
  const log =
    logVersion === null ? 'no version of the log is known' : `log at ${count(logVersion)}`;
  const nodes = counted(rows.length, 'node');
  return late === 0 ? `${log}, ${nodes}` : `${log}, ${late} of ${nodes} behind`;
}

/** @param {ScopePicture} scope @param {LagMs} lagMs @param {boolean} isOpened */
function folded(scope, lagMs, isOpened) {
  const late = scope.rows.filter(
    (row) => lateMsOf(scope.scope, row, lagMs) > 0 || row.view.freshForMs === null,
  );
  return html(
    'div',
    { class: 'folded' },
    late.length > 0
      ? tableOf(scope, late, lagMs)
      : html(
          'p',
          { class: 'caption' },
          html('strong', {}, scope.scope),
          ' ',
          html('span', {}, captionOf(scope, lagMs)),
        ),
    html(
      'details',
      { 'data-fold': `scope ${scope.scope}` },
      html('summary', {}, `All ${counted(scope.rows.length, 'node')} of ${scope.scope}`),
      isOpened && tableOf(scope, scope.rows, lagMs),
    ),
  );
}

/** @param {ScopePicture} scope @param {readonly ScopeRow[]} rows @param {LagMs} lagMs */
function tableOf(scope, rows, lagMs) {
  const window = windowOf(worstOf(scope), scope.logVersion ?? WINDOW_MIN);
  const hasLease = rows.some(({ view }) => view.lease !== null);
  const head = [
    ['Node', ''],
    ['Applied through', 'number'],
    [
      window < (scope.logVersion ?? 0) ? `Last ${count(window)} of the log` : 'The whole log',
      'picture',
    ],
    ['Behind', 'number'],
    ['Proven', 'number'],
    ...(hasLease ? [['Right', 'number']] : []),
  ];
  return html(
    'table',
    { class: 'scope' },
    html(
      'caption',
      {},
      html('strong', {}, scope.scope),
      ' ',
      html('span', {}, captionOf(scope, lagMs)),
    ),
    html(
      'thead',
      {},
      html(
        'tr',
        {},
        ...head.map(([text, kind]) => html('th', { scope: 'col', class: kind || null }, text)),
      ),
    ),
    html('tbody', {}, ...rows.map((row) => rowOf(scope, row, window, hasLease, lagMs))),
  );
}

/** @param {number} behind @param {number} log @returns {number} how many versions the bar shows: a power of ten */
function windowOf(behind, log) {
  const wanted = Math.max(WINDOW_MIN, 10 ** Math.ceil(Math.log10(behind + 1)));
  return Math.max(1, behind, Math.min(wanted, log));
}

/** @param {ScopePicture} scope @param {ScopeRow} row @param {number} window @param {boolean} hasLease @param {LagMs} lagMs */
function rowOf({ scope }, row, window, hasLease, lagMs) {
  const { node, sameLog, view } = row;
  const { appliedThrough, behind, freshForMs, lease } = view;
  const lateMs = lateMsOf(scope, row, lagMs);
  return html(
    'tr',
    { class: lateMs > 0 ? 'late' : null },
    html('th', { scope: 'row' }, node),
    html('td', { class: 'number' }, appliedThrough === null ? 'unknown' : count(appliedThrough)),
    html('td', { class: 'picture' }, behind !== null && lackOf(behind / window)),
    html(
      'td',
      { class: 'number' },
      behind === null ? (sameLog ? 'unknown' : 'other log') : count(behind),
      lateMs > 0 && html('small', {}, `for ${duration(lateMs)}`),
    ),
    html(
      'td',
      { class: `number${freshForMs === null ? ' bad' : ''}` },
      freshForMs === null ? 'not proven' : `${age(freshForMs)} ago`,
    ),
    hasLease && html('td', { class: 'number' }, rightOf(lease)),
  );
}

/** @param {ScopeRow['view']['lease']} lease */
function rightOf(lease) {
  if (lease === null) return '–';
  return lease.rightForMs > 0 ? `${duration(lease.rightForMs)} left` : 'none';
}

/** @param {number} lacking 0 … 1 of the log's end; the number beside it says the same */
function lackOf(lacking) {
  const percent = (/** @type {number} */ part) => `${Math.round(1000 * part) / 10}%`;
  return svg(
    'svg',
    { class: 'bar', 'aria-hidden': 'true' },
    svg('rect', { class: 'applied', width: '100%', height: '100%' }),
    lacking > 0 &&
      svg('rect', {
        class: 'lacking',
        x: percent(1 - lacking),
        width: percent(lacking),
        height: '100%',
      }),
  );
}
