import { fill, html } from './dom.js';
import { clock, count } from './format.js';

/** @typedef {import('../src/shapes/index.js').StreamEvent} StreamEvent */
/** @typedef {'invalidate' | 'applied' | 'state'} EventGroup */
/** @typedef {{ atMs: number, group: EventGroup, type: string, text: string }} EventLine */
/** @typedef {EventLine & { order: number }} KeptLine */

const LINES_MAX = 200;
/** A busy cluster has more events than eyes can follow. */
const DRAW_EVERY_MS = 250;

/** The newest events of each group, in bounded memory; while paused what comes is only counted. */
export class EventList {
  #list;
  #note;
  /** Each by itself: a flood of one must not wash away the others. @type {Map<EventGroup, KeptLine[]>} */
  #lines = new Map();
  #order = 0;
  /** @type {ReadonlySet<string>} */
  #groups = new Set();
  #isPaused = false;
  #missed = 0;
  #trouble = '';
  #isDrawing = false;

  /** @param {Element} list @param {Element} note */
  constructor(list, note) {
    this.#list = list;
    this.#note = note;
    this.#draw();
  }

  /** @param {Iterable<string>} groups what is shown */
  show(groups) {
    this.#groups = new Set(groups);
    this.#draw();
  }

  get isPaused() {
    return this.#isPaused;
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#missed = 0;
    this.#draw();
  }

  /** @param {string} text why no events come; empty when they do */
  trouble(text) {
    if (text === this.#trouble) return;
    this.#trouble = text;
    this.#draw();
  }

  /** @param {StreamEvent} event */
  add(event) {
    const line = lineOf(event);
    if (!line) return;
    if (!this.#isPaused) this.#keep(line);
    else if (this.#groups.has(line.group)) this.#missed++;
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setTimeout(() => this.#draw(), DRAW_EVERY_MS);
  }

  /** @param {EventLine} line */
  #keep(line) {
    const lines = this.#lines.get(line.group) ?? [];
    lines.push({ ...line, order: ++this.#order });
    if (lines.length > 2 * LINES_MAX) lines.splice(0, LINES_MAX);
    this.#lines.set(line.group, lines);
  }

  #draw() {
    this.#isDrawing = false;
    const shown = [...this.#lines]
      .flatMap(([group, lines]) => (this.#groups.has(group) ? lines : []))
      .sort((a, b) => b.order - a.order)
      .slice(0, LINES_MAX);
    const waiting = this.#isPaused
      ? `Paused; ${count(this.#missed)} came since and are not kept.`
      : '';
    const empty =
      shown.length === 0 && !this.#isPaused
        ? 'None since this page was opened. An invalidation shows here within milliseconds.'
        : '';
    fill(this.#note, this.#trouble || waiting || empty);
    fill(
      this.#list,
      ...shown.map(({ atMs, type, text }) =>
        html('li', {}, html('time', {}, clock(atMs)), html('b', {}, type), html('span', {}, text)),
      ),
    );
  }
}

/** @param {StreamEvent} event @returns {EventLine | undefined} `undefined` for what tells nothing new */
function lineOf(event) {
  const atMs = Date.now();
  switch (event.type) {
    case 'invalidate': {
      const { scope, kind, key, via, from, version, atMs: appliedMs } = event.data;
      const what = kind === 'scope' ? `all of ${scope}` : `${scope} ${kind} ${key}`;
      const whose = from ? ` from ${from.node}` : '';
      const place = version === null ? 'a hint' : `version ${count(version)}`;
      return {
        atMs: appliedMs,
        group: 'invalidate',
        type: 'invalidate',
        text: `${what} · ${place}, ${via}${whose}`,
      };
    }
    case 'applied': {
      const { scope, appliedThrough, via } = event.data;
      return {
        atMs,
        group: 'applied',
        type: 'applied',
        text: `${scope} through ${count(appliedThrough)}, ${via}`,
      };
    }
    case 'reset': {
      const { scope, reason } = event.data;
      if (reason === 'subscribed') return undefined;
      const text =
        scope === null
          ? `events are missing here: the stream was ${reason}`
          : `all of ${scope}: ${reason}`;
      return { atMs, group: 'state', type: 'reset', text };
    }
    case 'coherence':
      return {
        atMs,
        group: 'state',
        type: 'coherence',
        text: `this node is ${event.data.coherence}`,
      };
    case 'member': {
      const { node, state, before, reason } = event.data;
      const was = before === null || before === state ? '' : `, was ${before}`;
      return { atMs, group: 'state', type: 'member', text: `${node} is ${state}${was}: ${reason}` };
    }
    default:
      return undefined;
  }
}
