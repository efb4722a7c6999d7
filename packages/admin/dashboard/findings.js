import { idOf } from './cluster-picture.js';
import { count, duration, listed, shortened } from './format.js';

/** @typedef {import('./cluster-picture.js').ClusterPicture} ClusterPicture */
/** @typedef {import('./cluster-picture.js').NodePicture} NodePicture */
/** @typedef {import('./cluster-picture.js').Replies} Replies */

/**
 * What is not well. Findings of one kind are told together.
 * @typedef {object} Finding
 * @property {string} kind
 * @property {'bad' | 'warn'} level
 * @property {string} subject a node, a scope, or both
 * @property {string} why
 * @property {boolean} [settled] seen for certain; others must last for a moment before they count
 */

/** Kinds, worst first, and what is said of one or several subjects of it. */
const KINDS = /** @type {Readonly<Record<string, readonly [one: string, many: string]>>} */ ({
  dead: ['is dead', 'are dead'],
  twin: ['has two live processes', 'have two live processes each'],
  dark: ['hears nobody and cannot read the log', 'hear nobody and cannot read the log'],
  suspect: ['is suspected', 'are suspected'],
  silent: ['does not answer', 'do not answer'],
  isolated: ['hears nobody', 'hear nobody'],
  log: ['cannot read the log', 'cannot read the log'],
  foreign: ['follows another log', 'follow another log'],
  unready: ['is not ready', 'are not ready'],
  deaf: ['does not hear everyone', 'do not hear everyone'],
  behind: ['lags', 'lag'],
  unproven: ['is not proven', 'are not proven'],
  'catching-up': ['is catching up', 'are catching up'],
});

/** What is behind for less is on its way. */
const LAG_MS_MAX = 3_000;
const SUBJECT_CHARS_MAX = 40;

/**
 * @param {Replies} replies
 * @param {ClusterPicture} picture
 * @param {(scope: string, applied: number) => number} lagMs since when a version is lacking
 * @returns {Finding[]} worst first
 */
export function findingsOf({ status }, picture, lagMs) {
  const names = namesAlive(picture.nodes);
  const found = [
    ...picture.nodes.flatMap((node) => ofNode(node, names, status)),
    ...[...names].flatMap(([name, lives]) =>
      lives > 1
        ? [bad('twin', name, 'a name stands for one process: rename or stop one', true)]
        : [],
    ),
    ...picture.nodes.flatMap((node) => foreignLog(node, status.logId)),
    ...picture.scopes.flatMap(({ scope, rows }) =>
      rows.flatMap((row) => ofScope(scope, row, picture.nodes, lagMs)),
    ),
  ];
  const order = Object.keys(KINDS);
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** @param {readonly Finding[]} findings @returns {string} one sentence without its full stop */
export function summaryOf(findings) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { kind, subject } of findings)
    groups.set(kind, [...(groups.get(kind) ?? []), shortened(subject, SUBJECT_CHARS_MAX)]);
  const told = [...groups].slice(0, 2);
  const clauses = told.map(([kind, subjects]) => {
    const [one, many] = KINDS[kind] ?? ['', ''];
    return `${listed(subjects)} ${subjects.length === 1 ? one : many}`;
  });
  const rest = told.reduce((left, [, subjects]) => left - subjects.length, findings.length);
  return [...clauses, ...(rest > 0 ? [`and ${count(rest)} more`] : [])].join('; ');
}

/** @param {readonly NodePicture[]} nodes how many present lives each name has */
function namesAlive(nodes) {
  /** @type {Map<string, number>} */
  const names = new Map();
  for (const { node, present, condition } of nodes)
    if (present && condition !== 'suspect') names.set(node, (names.get(node) ?? 0) + 1);
  return names;
}

/**
 * @param {NodePicture} picture
 * @param {ReadonlyMap<string, number>} names
 * @param {Replies['status']} status of the node that is asked
 * @returns {Finding[]} the worst of it: the rest follows from that
 */
function ofNode(picture, names, status) {
  const { node, condition, member, lag } = picture;
  const forMs = duration(member?.forMs ?? 0);
  const because = member ? `${member.reason}, ${forMs} ago` : '';
  switch (condition) {
    case 'left':
      return [];
    case 'dead':
      // Its successor is there.
      return names.has(node) ? [] : [bad('dead', node, because, true)];
    case 'suspect':
      return [bad('suspect', node, `${because}; it has time left to prove that it is alive`, true)];
    case 'silent':
      return [bad('silent', node, lag?.detail ?? '')];
    case 'dark':
      return [bad('dark', node, 'no gossip and no log: only TTLs hold', true)];
    case 'isolated':
      return [bad('isolated', node, 'it lives by the log alone', true)];
  }
  return ofAnswer(picture, status);
}

/**
 * @param {NodePicture} picture of one that is in and answers
 * @param {Replies['status']} status
 * @returns {Finding[]}
 */
function ofAnswer({ node, self, condition, lag, deafTo }, status) {
  if (lag?.logReachable === false) {
    const told = self ? status.logFailure : null;
    return [
      bad('log', node, told ?? 'the newest poll failed: look at the database and the way to it'),
    ];
  }
  if (lag?.ready === false) {
    const told = self ? status.reasons.map(({ message }) => message).join('; ') : '';
    return [bad('unready', node, told || 'its own dashboard and /readyz say why')];
  }
  if (deafTo && deafTo.length > 0)
    return [bad('deaf', node, `nothing comes from ${listed(deafTo)}`)];
  if (condition === 'catching-up')
    return [warn('catching-up', node, 'events are missing there and being repaired')];
  return [];
}

/** @param {NodePicture} picture @param {string | null} logId @returns {Finding[]} */
function foreignLog({ node, lag }, logId) {
  if (!lag || lag.logId === null || logId === null || lag.logId === logId) return [];
  return [bad('foreign', node, 'its versions do not compare with those here', true)];
}

/**
 * @param {string} scope
 * @param {import('./cluster-picture.js').ScopeRow} row
 * @param {readonly NodePicture[]} nodes
 * @param {(scope: string, applied: number) => number} lagMs
 * @returns {Finding[]}
 */
function ofScope(scope, { node, id, sameLog, view }, nodes, lagMs) {
  const lag = nodes.find((one) => idOf(one) === id)?.lag;
  if (!sameLog || lag?.logId === null) return [];
  const subject = `${scope} on ${node}`;
  const { appliedThrough, behind, freshForMs } = view;
  const lateMs = lagMs(scope, appliedThrough ?? 0);
  if (behind !== null && behind > 0 && lateMs > LAG_MS_MAX)
    return [
      warn('behind', subject, `${count(behind)} behind the log, for ${duration(lateMs)}`, true),
    ];
  if (lag?.logReachable === false) return [];
  if (freshForMs === null)
    return [bad('unproven', subject, 'no poll has shown that nothing is missing')];
  return [];
}

/** @param {string} kind @param {string} subject @param {string} why @param {boolean} [settled] @returns {Finding} */
function bad(kind, subject, why, settled = false) {
  return { kind, level: 'bad', subject, why, settled };
}

/** @param {string} kind @param {string} subject @param {string} why @param {boolean} [settled] @returns {Finding} */
function warn(kind, subject, why, settled = false) {
  return { kind, level: 'warn', subject, why, settled };
}
