import { ApiClient, RefusedError, TokenWantedError } from './api-client.js';
import { pictureOf } from './cluster-picture.js';
import { byId, fill, html } from './dom.js';
import { EventList } from './event-list.js';
import { followEvents } from './event-stream.js';
import { faultTable } from './fault-table.js';
import { findingsOf } from './findings.js';
import { clock, counted, duration, size } from './format.js';
import { histogramTable } from './histogram-table.js';
import { LagClock } from './lag-clock.js';
import { memberTables } from './member-table.js';
import { meshGraph } from './mesh-graph.js';
import { Polling } from './polling.js';
import { scopeTables } from './scope-tables.js';
import { SeenSince } from './seen-since.js';
import { outOfReach, verdictOf } from './verdict.js';

/** @typedef {import('./cluster-picture.js').Replies} Replies */
/** @typedef {import('../src/shapes/index.js').FaultsReply} FaultsReply */
/** @typedef {import('../src/shapes/index.js').HistogramsReply} HistogramsReply */
/** @typedef {import('../src/shapes/index.js').StatusReply} StatusReply */
/** @typedef {import('../src/shapes/index.js').StreamEvent} StreamEvent */
/** @typedef {Partial<Replies> & { faults?: FaultsReply, histograms?: HistogramsReply }} Known */

/** What is asked, and how long each is left alone. */
const ASKED = /** @type {const} */ ({
  status: 2_000,
  members: 2_000,
  lag: 2_000,
  reachability: 4_000,
  faults: 5_000,
  histograms: 10_000,
});
/** Asking all of a large cluster is not done as often. */
const EVERY_MS_A_NODE = 100;
/** Figures of this age are said to be old. */
const OLD_MS = 6_000;
/** What may pass by itself is no finding before it has lasted. */
const PATIENCE_MS = 3_000;
/** After an event that changes the picture. */
const SOON_MS = 100;

const api = new ApiClient();
const events = new EventList(byId('events'), byId('event-note'));
const lagClock = new LagClock();
const seen = new SeenSince();

/** @type {Known} */
let known = {};
/** When the node has answered last. @type {number | undefined} */
let answeredMs;
let trouble = '';
/** When each reply came. @type {Map<string, number>} */
const receivedMs = new Map();
/** Since when which questions have had no answer. @type {Map<string, number>} */
const unanswered = new Map();
let showsAllFaults = false;
let isDrawing = false;
/** What the reader has unfolded. @type {Set<string>} */
const open = new Set();
/** Of what is under way; a new token begins anew. */
let session = new AbortController();

function start() {
  session.abort();
  session = new AbortController();
  const { signal } = session;
  const polling = new Polling(signal);
  for (const [name, everyMs] of Object.entries(ASKED)) {
    const what = /** @type {keyof typeof ASKED} */ (name);
    const asksAll = what === 'lag' || what === 'reachability';
    const pauseMs = () =>
      asksAll ? Math.max(everyMs, EVERY_MS_A_NODE * (known.status?.memberCount ?? 0)) : everyMs;
    void polling.repeat(pauseMs, () => ask(what, signal));
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const tell = {
    event: (/** @type {StreamEvent} */ event) => {
      events.trouble('');
      events.add(event);
      if (['applied', 'invalidate', 'heartbeat'].includes(event.type)) return;
      clearTimeout(soon);
      soon = setTimeout(() => polling.now(), SOON_MS);
    },
    lost: (/** @type {unknown} */ error) => {
      if (error instanceof TokenWantedError) return askForToken();
      const why = error instanceof RefusedError ? error.message : 'the node is out of reach';
      events.trouble(`No events: ${why}. It is tried again.`);
    },
  };
  void followEvents((lastId, until) => api.events(lastId, until), tell, signal);
}

/** @param {keyof typeof ASKED} what @param {AbortSignal} signal */
async function ask(what, signal) {
  try {
    const reply = await api.get(`v1/${what}`, signal);
    known = { ...known, [what]: reply };
    answeredMs = Date.now();
    receivedMs.set(what, answeredMs);
    unanswered.delete(what);
    if (unanswered.size === 0) trouble = '';
    byId('door').hidden = true;
    draw();
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    if (error instanceof TokenWantedError) askForToken();
    else {
      if (!unanswered.has(what)) unanswered.set(what, Date.now());
      trouble =
        error instanceof RefusedError ? `It says: ${error.message}.` : 'It does not answer.';
      draw();
    }
    return false;
  }
}

function askForToken() {
  if (session.signal.aborted) return;
  session.abort();
  known = {};
  fill(
    byId('token-refused'),
    api.token === null ? '' : 'The node refuses this token. Nothing was kept.',
  );
  api.token = null;
  byId('figures').hidden = true;
  byId('door').hidden = false;
  fill(byId('sentence'), html('h1', {}, 'This node wants a token.'));
  fill(byId('findings'));
  byId('verdict').className = 'soft';
  byId('token').focus();
}

/** Draws once, however much has come. */
function draw() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    if (!session.signal.aborted) drawAll(Date.now());
  });
}

/** @param {number} nowMs */
function drawAll(nowMs) {
  const { status, members, lag, reachability, faults, histograms } = known;
  drawConnection(status, nowMs);
  if (!status || !members || !lag || !reachability) {
    if (trouble) drawVerdict(outOfReach(trouble, answeredMs, nowMs));
    return;
  }
  const replies = { status, members, lag, reachability };
  const picture = pictureOf(replies);
  // A reply tells of its own time only: what it shows has lasted once a later one shows it too.
  const lagMs = lagBy(lag, receivedMs.get('lag') ?? nowMs);
  const all = findingsOf(replies, picture, lagMs);
  const oldestMs = Math.min(...Object.keys(replies).map((what) => receivedMs.get(what) ?? nowMs));
  seen.note(all.map(keyOf), oldestMs);
  const findings = all.filter(
    (one) => one.settled || seen.forMs(keyOf(one), oldestMs) >= PATIENCE_MS,
  );
  drawVerdict(
    isOld(nowMs)
      ? outOfReach(trouble || 'It does not answer.', answeredMs, nowMs)
      : verdictOf(replies, picture, findings, faults?.faults ?? [], nowMs),
  );
  byId('figures').hidden = false;
  fill(byId('graph'), ...meshGraph(picture, byId('graph').clientWidth));
  fill(byId('members'), ...memberTables(picture.nodes, open.has('members')));
  fill(
    byId('scopes'),
    ...scopeTables(picture.scopes, lagMs, (scope) => open.has(`scope ${scope}`)),
  );
  fill(byId('node'), ...figuresOf(status));
  if (faults) fill(byId('faults'), ...faultTable(faults.faults, showsAllFaults));
  if (histograms) fill(byId('histograms'), ...speedOf(histograms));
}

/**
 * @param {Replies['lag']} lag @param {number} atMs when it came
 * @returns {(scope: string, applied: number) => number}
 */
function lagBy({ scopes }, atMs) {
  for (const { scope, logVersion } of scopes)
    if (logVersion !== null) lagClock.note(scope, logVersion, atMs);
  return (scope, applied) => lagClock.lagMs(scope, applied, atMs);
}

/** @param {{ kind: string, subject: string }} finding */
function keyOf({ kind, subject }) {
  return `${kind} ${subject}`;
}

/** @param {number} nowMs */
function isOld(nowMs) {
  return unanswered.size > 0 && nowMs - (answeredMs ?? 0) > OLD_MS;
}

/** @param {import('./verdict.js').Verdict} verdict */
function drawVerdict({ level, sentence, details }) {
  byId('verdict').className = level;
  fill(byId('sentence'), html('h1', {}, sentence));
  fill(byId('findings'), ...details);
}

/** @param {StatusReply | undefined} status @param {number} nowMs */
function drawConnection(status, nowMs) {
  if (!status) return;
  fill(byId('seen-by'), 'as seen by ', html('b', {}, status.node));
  const figures = answeredMs === undefined ? 'no figures yet' : `figures of ${clock(answeredMs)}`;
  const lacking = [...unanswered].filter(([, sinceMs]) => nowMs - sinceMs > OLD_MS);
  const state = isOld(nowMs)
    ? `Out of reach, ${figures}`
    : lacking.length > 0
      ? `Live, but no answer about ${lacking.map(([what]) => what).join(', ')}`
      : `Live, ${figures}`;
  byId('connection').className = lacking.length > 0 ? 'bad' : '';
  fill(byId('connection'), state);
  const word = { good: 'well', warn: 'look', bad: 'not well' }[byId('verdict').className] ?? '';
  document.title = [isOld(nowMs) ? 'out of reach' : word, status.node, 'Hearsay']
    .filter(Boolean)
    .join(' · ');
}

/** @param {HistogramsReply} histograms */
function speedOf({ convergence, staleness }) {
  return [
    histogramTable(
      'Convergence',
      'from a commit on this node until another member has applied it',
      'Nothing was committed on this node yet. A sample is taken of one write a second.',
      convergence,
    ),
    histogramTable(
      'Staleness',
      'age of the proof of each scope on this node',
      'No proof yet: a scope that has a version log is proven by each poll.',
      staleness,
    ),
  ];
}

/** @param {StatusReply} status */
function logAnswer({ logReachable, logFailure }) {
  if (logReachable === null) return 'not asked yet';
  return logReachable ? 'yes' : `no: ${logFailure ?? 'unknown why'}`;
}

/** @param {StatusReply} status */
function figuresOf(status) {
  const { process: own, scopes, counters } = status;
  const figures = {
    Epoch: status.epoch,
    Log: status.logId === null ? 'none' : status.logId,
    'Log answers': logAnswer(status),
    Transport: status.transport ?? 'none',
    Addresses: status.addresses.join(', ') || 'none',
    Scopes: String(scopes.length),
    Polls: `${counted(counters['polls'] ?? 0, 'poll')}, ${counters['pollsFailed'] ?? 0} failed`,
    Subscribers: String(status.subscribers),
    'Running for': duration(own.upForMs),
    Memory: size(own.residentBytes),
    'Event loop late by': `${duration(own.eventLoopDelayMs.p99)} (99 %), ${duration(own.eventLoopDelayMs.max)} at most`,
    Node: `${own.nodeVersion} on ${own.platform}, process ${own.pid}`,
  };
  return Object.entries(figures).map(([name, value]) =>
    html('div', {}, html('dt', {}, name), html('dd', {}, value)),
  );
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId('token'));
  api.token = input.value.trim();
  input.value = '';
  start();
});
byId('pause').addEventListener('click', ({ currentTarget }) => {
  events.pause(!events.isPaused);
  const button = /** @type {Element} */ (currentTarget);
  button.setAttribute('aria-pressed', String(events.isPaused));
});
byId('event-controls').addEventListener('change', showGroups);
byId('faults').addEventListener('click', ({ target }) => {
  if (!(target instanceof Element) || target.id !== 'all-faults') return;
  showsAllFaults = !showsAllFaults;
  draw();
});
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement)) return;
    const { fold = '' } = target.dataset;
    if (target.open === open.has(fold)) return;
    if (target.open) open.add(fold);
    else open.delete(fold);
    draw();
  },
  // The event does not bubble.
  true,
);

function showGroups() {
  const checked = document.querySelectorAll('input[name="show"]:checked');
  events.show([...checked].map((input) => /** @type {HTMLInputElement} */ (input).value));
}

showGroups();
// The age of old figures grows without a reply.
setInterval(() => trouble !== '' && draw(), 1_000);
addEventListener('resize', draw);
start();
