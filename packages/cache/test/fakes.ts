import type {
  AppliedPosition,
  Clock,
  ScopeFreshness,
  ServingRight,
  Target,
  Version,
} from '@hearsay/spi';
import { Cache, type CacheOptions } from '../src/index.js';

/** A clock that stands still until it is told. */
export class FakeClock implements Clock {
  nowMs = 1000;

  monotonicMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }
}

/** A freshness that knows what the test says; `poll` is what a poll of the log would do. */
export class FakeFreshness implements ScopeFreshness {
  provenMs = -Infinity;
  known: Version | undefined;
  readonly reached = new Set<number>();
  readonly proofsAskedMs: number[] = [];
  poll: () => Promise<boolean> = async () => false;
  arrive: (position: AppliedPosition) => Promise<boolean> = async () => false;

  freshAsOfMs(): number {
    return this.provenMs;
  }

  prove(sinceMs: number): Promise<boolean> {
    this.proofsAskedMs.push(sinceMs);
    return this.poll();
  }

  knownVersion(): Version | undefined {
    return this.known;
  }

  hasReached(position: AppliedPosition): boolean {
    return this.reached.has(position.version);
  }

  reach(position: AppliedPosition, _timeoutMs: number): Promise<boolean> {
    return this.arrive(position);
  }
}

/** A right that lasts as long as the test says; each poll waits until the test answers it. */
export class FakeRight implements ServingRight {
  untilMs = -Infinity;
  /** The clock readings that it was asked with. */
  readonly askedMs: number[] = [];
  readonly polls: ((proven: boolean) => void)[] = [];

  holds(nowMs: number): boolean {
    this.askedMs.push(nowMs);
    return nowMs < this.untilMs;
  }

  prove(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.polls.push(resolve);
    return promise;
  }
}

/** A loader whose every call waits until the test answers it. */
export class HeldLoader<V> {
  readonly calls: {
    readonly signal: AbortSignal;
    readonly answer: (value: V | undefined) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];

  readonly load = ({ signal }: { signal: AbortSignal }): Promise<V | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
    this.calls.push({ signal, answer: resolve, fail: reject });
    return promise;
  };

  call(at: number) {
    const call = this.calls[at];
    if (call === undefined) throw new Error(`the loader was called ${this.calls.length} times`);
    return call;
  }
}

export function cacheOf<V = string>(options: Partial<CacheOptions> = {}) {
  const clock = new FakeClock();
  const cache = new Cache<V>({
    scope: 'table',
    clock,
    ttlMs: 100,
    consistency: 'eventual',
    ...options,
  });
  return { cache, clock };
}

/** A bounded cache whose log the test plays. */
export function boundedOf(boundedMs: number, options: Partial<CacheOptions> = {}) {
  const freshness = new FakeFreshness();
  return { ...cacheOf({ consistency: { boundedMs }, freshness, ...options }), freshness };
}

/** A strict cache whose lease and log the test plays. */
export function strictOf(options: Partial<CacheOptions> = {}) {
  const right = new FakeRight();
  const freshness = Object.assign(new FakeFreshness(), { right });
  const strict = { strict: { leaseMs: 1000 } };
  return { ...cacheOf({ consistency: strict, freshness, ...options }), right, freshness };
}

export const key = (text: string): Target => ({ kind: 'key', key: text });
export const prefix = (text: string): Target => ({ kind: 'prefix', key: text });
export const tag = (text: string): Target => ({ kind: 'tag', key: text });
export const all: Target = { kind: 'scope', key: '' };

/** Lets everything that can go on without a timer or the test go on. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Distinct paths that lead to the keys. */
export function segmentsOf(held: readonly string[]): number {
  const paths = held.flatMap((text) =>
    text.split('/').map((_segment, at, parts) => parts.slice(0, at + 1).join('/')),
  );
  return new Set(paths).size;
}
