import type { ServerResponse } from 'node:http';
import { AdminBusyError } from '../errors.js';
import { ADMIN_LIMITS } from '../limits.js';
import type { AdminNode } from '../port.js';
import { type EventRing, eventText } from './event-ring.js';
import { Subscriber } from './subscriber.js';

const HEARTBEAT_MS = 5_000;
/** A subscriber that takes nothing for so long is cut. */
const BLOCKED_MS_MAX = 15_000;
/** After a round of writes the loop has four times as long for other duties. */
const REST_FACTOR = 4;
/** Shorter rests are no rests. */
const REST_MS_MIN = 1;
/** What a client waits before it connects anew. */
const RETRY_MS = 1_000;

export type CutReason = 'overtaken' | 'blocked';

/**
 * Everyone who listens to the events. What one turn of the event loop brings is written once to
 * each; when many listen, rounds are spaced so that the node's other duties go on.
 */
export class Subscribers {
  readonly counters = { refused: 0, overtaken: 0, blocked: 0 };
  readonly #node: AdminNode;
  readonly #ring: EventRing;
  readonly #onCut: (reason: CutReason) => void;
  readonly #open = new Map<ServerResponse, Subscriber>();
  readonly #heartbeat: NodeJS.Timeout;
  #round: { readonly cancel: () => void } | undefined;
  #restUntilMs = 0;

  constructor(node: AdminNode, ring: EventRing, onCut: (reason: CutReason) => void) {
    this.#node = node;
    this.#ring = ring;
    this.#onCut = onCut;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws {AdminBusyError} as many as may be are subscribed; counted */
  checkRoom(): void {
    if (this.size < ADMIN_LIMITS.subscribersMax) return;
    this.counters.refused++;
    throw new AdminBusyError(
      `${ADMIN_LIMITS.subscribersMax} are subscribed already: try another node, or later`,
    );
  }

  /**
   * Begins a stream whose head was written. Who cannot resume is told to drop everything first.
   * @param lastId of the last event that the client has, if it says so
   */
  add(
    response: ServerResponse,
    scopes: ReadonlySet<string> | undefined,
    lastId: string | undefined,
  ): void {
    const ring = this.#ring;
    const last = lastId === undefined ? undefined : ring.numberOf(lastId);
    const resumes = last !== undefined && ring.holdsAllAfter(last);
    const subscriber = new Subscriber(
      this.#node.clock,
      ring,
      response,
      scopes,
      resumes ? last : ring.head,
    );
    const nowMs = this.#node.clock.monotonicMs();
    subscriber.write(`retry: ${RETRY_MS}\n\n`, nowMs);
    if (!resumes) {
      const reason =
        lastId === undefined ? 'subscribed' : last === undefined ? 'restarted' : 'forgotten';
      subscriber.write(eventText(subscriber.id, 'reset', { scope: null, reason }), nowMs);
    }
    this.#open.set(response, subscriber);
    response.on('close', () => this.#open.delete(response));
    response.on('error', () => this.#open.delete(response));
    this.#greet(subscriber, nowMs);
    this.#cutOvertaken();
  }

  /** Something was pushed to the ring: tells everyone at the end of this turn. */
  wake(): void {
    if (this.#round || this.#open.size === 0) return;
    const restMs = this.#restUntilMs - this.#node.clock.monotonicMs();
    if (restMs < REST_MS_MIN) {
      const immediate = setImmediate(() => this.#writeAll());
      this.#round = { cancel: () => clearImmediate(immediate) };
    } else {
      const timer = setTimeout(() => this.#writeAll(), restMs);
      this.#round = { cancel: () => clearTimeout(timer) };
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#round?.cancel();
    for (const response of this.#open.keys()) response.end();
    this.#open.clear();
  }

  #writeAll(): void {
    this.#round = undefined;
    const beganMs = this.#node.clock.monotonicMs();
    for (const subscriber of this.#open.values()) subscriber.pump(beganMs);
    this.#cutOvertaken();
    const endedMs = this.#node.clock.monotonicMs();
    this.#restUntilMs = endedMs + REST_FACTOR * (endedMs - beganMs);
  }

  #beat(): void {
    const nowMs = this.#node.clock.monotonicMs();
    for (const [response, subscriber] of this.#open) {
      if (subscriber.blockedForMs(nowMs) > BLOCKED_MS_MAX) this.#cut(response, 'blocked');
      else this.#greet(subscriber, nowMs);
    }
  }

  /** Tells one that has everything so: from here on only what happens later is missing. */
  #greet(subscriber: Subscriber, nowMs: number): void {
    subscriber.pump(nowMs);
    if (!subscriber.isUpToDate) return;
    const { coherence, readiness } = this.#node.state();
    const heartbeat = { coherence, ready: readiness.ready };
    subscriber.write(eventText(subscriber.id, 'heartbeat', heartbeat), nowMs);
  }

  #cutOvertaken(): void {
    for (const [response, subscriber] of this.#open)
      if (subscriber.isOvertaken) this.#cut(response, 'overtaken');
  }

  #cut(response: ServerResponse, reason: CutReason): void {
    this.#open.delete(response);
    this.counters[reason]++;
    response.destroy();
    this.#onCut(reason);
  }
}
