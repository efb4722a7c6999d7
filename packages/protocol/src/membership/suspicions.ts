import { originId, sameOrigin } from '@hearsay/spi';
import type { MemberUpdate, SuspectUpdate } from './message.js';
import { type Bench, Suspicion, type SuspicionOptions } from './suspicion.js';

interface Case {
  readonly suspicion: Suspicion;
  /** The first one; told to the suspect. */
  readonly accusation: SuspectUpdate;
}

/** The cases against all who are suspect now. */
export class Suspicions {
  readonly #options: SuspicionOptions;
  readonly #benchOf: (id: string) => Bench;
  readonly #cases = new Map<string, Case>();

  constructor(options: SuspicionOptions, benchOf: (id: string) => Bench) {
    this.#options = options;
    this.#benchOf = benchOf;
  }

  get size(): number {
    return this.#cases.size;
  }

  accusationOf(id: string): SuspectUpdate | undefined {
    return this.#cases.get(id)?.accusation;
  }

  /** Opens a case; one that was open is dropped. */
  open(accusation: SuspectUpdate, nowMs: number): void {
    const suspicion = new Suspicion(this.#options, nowMs);
    suspicion.accuse(originId(accusation.by), accusation.evidence);
    this.#cases.set(originId(accusation.origin), { suspicion, accusation });
  }

  close(id: string): void {
    this.#cases.delete(id);
  }

  /** @returns whether the accuser counts, so that others are to hear of it; nobody accuses itself */
  confirm(claim: MemberUpdate): boolean {
    if (claim.state !== 'suspect' || sameOrigin(claim.by, claim.origin)) return false;
    const { origin, by, evidence } = claim;
    const suspicion = this.#cases.get(originId(origin))?.suspicion;
    return suspicion?.accuse(originId(by), evidence) ?? false;
  }

  /** The accuser has a connection to the suspect again. */
  retractClosed(id: string, by: string): void {
    this.#cases.get(id)?.suspicion.retractClosed(by);
  }

  /** This node stood still, and could not hear refutations. */
  extend(stallMs: number): void {
    for (const { suspicion } of this.#cases.values()) suspicion.extend(stallMs);
  }

  /** @returns whose time to refute is over */
  due(nowMs: number): string[] {
    return [...this.#cases.keys()].filter((id) => this.#dueMs(id) <= nowMs);
  }

  get nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const id of this.#cases.keys()) nextMs = Math.min(nextMs, this.#dueMs(id));
    return nextMs;
  }

  #dueMs(id: string): number {
    return this.#cases.get(id)?.suspicion.dueMs(this.#benchOf(id)) ?? Number.POSITIVE_INFINITY;
  }
}
