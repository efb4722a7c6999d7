import { type InvalidationEvent, type Origin, originId } from '@hearsay/spi';
import { MeshMachine } from '../../src/mesh/mesh-machine.js';
import type { SequenceRange } from '../../src/mesh/message.js';
import type { MeshOptions } from '../../src/mesh/options.js';
import { originOf } from './words.js';

/** One life of one node, and all that its host was told. */
export class SimulatedNode {
  readonly origin: Origin;
  readonly machine: MeshMachine;
  readonly bornMs: number;
  /** By peer, the connection in use. */
  readonly connections = new Map<string, number>();
  readonly delivered = new Map<string, Set<number>>();
  /** Events that it was given once more, as after it had forgotten their origin. */
  redelivered = 0;
  readonly lost: SequenceRange[] = [];
  /** Gaps that could not say what is lost, by when they were declared. */
  readonly lostBeforeMs: number[] = [];
  alive = true;

  constructor(name: string, life: number, nowMs: number, options: Partial<MeshOptions>) {
    this.origin = originOf(name, life);
    this.machine = new MeshMachine(this.origin, options);
    this.bornMs = nowMs;
  }

  get id(): string {
    return originId(this.origin);
  }

  deliver(events: readonly InvalidationEvent[]): void {
    for (const { origin, sequence } of events) {
      const id = originId(origin);
      const seen = this.delivered.get(id) ?? new Set<number>();
      if (seen.has(sequence)) this.redelivered++;
      seen.add(sequence);
      this.delivered.set(id, seen);
    }
  }

  has(id: string, sequence: number): boolean {
    return this.delivered.get(id)?.has(sequence) ?? false;
  }

  /** Whether a gap that the host was told of covers the event. */
  isToldLost(id: string, sequence: number, publishedMs: number): boolean {
    if (this.lostBeforeMs.some((atMs) => publishedMs <= atMs)) return true;
    return this.lost.some(
      ({ origin, from, to }) => originId(origin) === id && from <= sequence && sequence <= to,
    );
  }
}
