import type { Member } from './member.js';
import type { Random } from './random.js';

export interface ConnectsOptions {
  readonly connectMinMs: number;
  readonly connectMaxMs: number;
  readonly connectsMax: number;
}

interface Attempt {
  pauseMs: number;
  dueMs: number;
}

/** Half of a pause is fixed and half is random, so that two nodes do not dial each other in step. */
const JITTER_SHARE = 0.5;

/** When each member without a link is to be dialled again: capped, jittered back-off for as long as it is known. */
export class Connects {
  readonly #options: ConnectsOptions;
  readonly #random: Random;
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: ConnectsOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  get size(): number {
    return this.#attempts.size;
  }

  /** Linked, or forgotten: the next pause is a short one again. */
  delete(id: string): void {
    this.#attempts.delete(id);
  }

  /**
   * Takes a member in.
   * @param when `now`: a link was lost. `soon`: after the shortest pause. `late`: after the longest,
   * because the other side is to dial first
   */
  want(id: string, when: 'now' | 'soon' | 'late', nowMs: number): void {
    const { connectMinMs, connectMaxMs } = this.#options;
    const attempt = this.#attempts.get(id);
    if (!attempt) {
      const waitMs = { now: 0, soon: connectMinMs, late: connectMaxMs }[when];
      this.#attempts.set(id, { pauseMs: connectMinMs, dueMs: nowMs + this.#jittered(waitMs) });
    } else if (when === 'now' && attempt.pauseMs > connectMinMs) attempt.dueMs = nowMs;
  }

  /** @returns whom to dial now, the longest due first, at most `connectsMax` */
  due(memberOf: (id: string) => Member | undefined, nowMs: number): Member[] {
    const due = [...this.#attempts].filter(([, { dueMs }]) => dueMs <= nowMs);
    due.sort(([, a], [, b]) => a.dueMs - b.dueMs);
    const members: Member[] = [];
    for (const [id, attempt] of due) {
      if (members.length >= this.#options.connectsMax) break;
      const member = memberOf(id);
      if (!member) this.#attempts.delete(id);
      if (!member || member.addresses.length === 0) continue;
      members.push(member);
      attempt.dueMs = nowMs + this.#jittered(attempt.pauseMs);
      attempt.pauseMs = Math.min(this.#options.connectMaxMs, attempt.pauseMs * 2);
    }
    return members;
  }

  #jittered(pauseMs: number): number {
    return pauseMs * (1 - JITTER_SHARE + JITTER_SHARE * this.#random.next());
  }
}
