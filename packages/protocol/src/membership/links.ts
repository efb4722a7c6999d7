import { type Origin, originId } from '@hearsay/spi';
import { Connects, type ConnectsOptions } from './connects.js';
import type { Evidence, Member } from './member.js';
import type { Random } from './random.js';

/** To whom this node has a link, how it lost one, and whom it wants to have one to. */
export class MemberLinks {
  readonly #selfId: string;
  readonly #links = new Map<string, Origin>();
  /** How the last link to a member that has none was lost. */
  readonly #lost = new Map<string, Evidence>();
  readonly #connects: Connects;

  constructor(selfId: string, options: ConnectsOptions, random: Random) {
    this.#selfId = selfId;
    this.#connects = new Connects(options, random);
  }

  get sizes(): { readonly links: number; readonly lost: number; readonly connects: number } {
    return { links: this.#links.size, lost: this.#lost.size, connects: this.#connects.size };
  }

  get peers(): Origin[] {
    return [...this.#links.values()];
  }

  has(id: string): boolean {
    return this.#links.has(id);
  }

  /** Whether a link is there, was there, or was refused. */
  wasTried(id: string): boolean {
    return this.has(id) || this.#lost.has(id);
  }

  up(peer: Origin): void {
    const id = originId(peer);
    this.#links.set(id, peer);
    this.forget(id);
  }

  down(id: string): void {
    this.#links.delete(id);
  }

  /** The link is gone, or could not be had: it is wanted again at once. */
  lost(id: string, evidence: Evidence, nowMs: number): void {
    this.#lost.set(id, evidence);
    this.#connects.want(id, 'now', nowMs);
  }

  /** What an accusation of the member would be based on. */
  evidenceOf(id: string): Evidence {
    return this.#lost.get(id) ?? 'silent';
  }

  /**
   * A link is wanted where there is none. Where both sides only heard of each other, the one with the
   * smaller id dials first: two links made at once are twice the work, and one is dropped.
   */
  want(id: string, nowMs: number): void {
    if (this.has(id)) return;
    const isFirst = this.#lost.has(id) || this.#selfId < id;
    this.#connects.want(id, isFirst ? 'soon' : 'late', nowMs);
  }

  /** No link is wanted any more. */
  forget(id: string): void {
    this.#lost.delete(id);
    this.#connects.delete(id);
  }

  /** @returns whom to dial now */
  due(memberOf: (id: string) => Member | undefined, nowMs: number): Member[] {
    return this.#connects.due(memberOf, nowMs);
  }
}
