import { keyOf, MemberUnreachableError } from '@hearsay/spi';
import { MemberUnknownError, NotOfferedError } from '../errors.js';
import { type MemberAsker, partOf } from '../member-asker.js';
import { behindOf, toMicros } from '../node-view.js';
import type { AdminNode } from '../port.js';
import type { LagReply } from '../shapes/lag.js';
import type { PingReply, ReachabilityReply } from '../shapes/members.js';
import type { SampleBody, SampleReply } from '../shapes/sample.js';
import type { WhyQuery, WhyReply } from '../shapes/why.js';
import { followedScope } from './followed-scope.js';
import { SingleFlight } from './single-flight.js';

/** How long a member may take to make digests. */
const DIGESTING_MS = 2_000;

/** What only all members together can say. Those who could not be asked are listed as such. */
export class ClusterView {
  readonly #node: AdminNode;
  readonly #asker: MemberAsker;
  readonly #lag = new SingleFlight(() => this.#askLag());
  readonly #reachability = new SingleFlight(() => this.#askReachability());

  constructor(node: AdminNode, asker: MemberAsker) {
    this.#node = node;
    this.#asker = asker;
  }

  lag(): Promise<LagReply> {
    return this.#lag.get();
  }

  reachability(): Promise<ReachabilityReply> {
    return this.#reachability.get();
  }

  /** @throws {NameInvalidError} @throws {ScopeUnknownError} */
  async why(query: WhyQuery): Promise<WhyReply> {
    const scope = followedScope(this.#node, query.scope);
    const key = keyOf(query.key);
    const asked = await this.#asker.askAll<'drops'>({ kind: 'drops', scope, key });
    const nodes = asked.map((one) => ({
      ...partOf(one, this.#node.self),
      completeSinceMs: one.answer?.completeSinceMs ?? null,
      drops: one.answer?.drops ?? [],
    }));
    return { scope, key, nodes };
  }

  /** @throws {NameInvalidError} @throws {ScopeUnknownError} */
  async sample({ scope: name, ...pick }: SampleBody): Promise<SampleReply> {
    const scope = followedScope(this.#node, name);
    const asked = await this.#asker.askAll<'entries'>(
      { kind: 'entries', scope, pick },
      DIGESTING_MS,
    );
    const nodes = asked.map((one) => ({
      ...partOf(one, this.#node.self),
      ...(one.answer ?? { caches: 0, cached: 0, entries: [] }),
    }));
    return { scope, nodes };
  }

  /**
   * @throws {MemberUnknownError} no member has the name
   * @throws {NotOfferedError} the transport cannot ask
   * @throws {MemberUnreachableError} it did not answer
   */
  async ping(name: string): Promise<PingReply> {
    const origin = this.#asker.others().find(({ node }) => node === name);
    if (!origin) throw new MemberUnknownError(`${this.#absence(name)}: see /v1/members`);
    const beganMs = this.#node.clock.monotonicMs();
    const { outcome, detail } = await this.#asker.ask<'ping'>(origin, { kind: 'ping' }, 0);
    if (outcome === 'not-askable') throw new NotOfferedError(`${detail}: use another transport`);
    if (outcome === 'unreachable')
      throw new MemberUnreachableError(`${name} did not answer (${detail}): see /v1/reachability`);
    return { ...origin, roundTripMs: toMicros(this.#node.clock.monotonicMs() - beganMs) };
  }

  /** Why no other member of that name can be asked. */
  #absence(name: string): string {
    const [gone] = this.#node
      .members()
      .filter(({ origin, state }) => origin.node === name && (state === 'dead' || state === 'left'))
      .toSorted((a, b) => b.sinceMs - a.sinceMs);
    if (!gone) return 'no other member of that name is there';
    return gone.state === 'left' ? `${name} has left` : `${name} is dead (${gone.reason})`;
  }

  /**
   * The newest version that anybody has seen, in a poll or by gossip, stands for the log. Versions of
   * different logs never compare (rule L8).
   */
  async #askLag(): Promise<LagReply> {
    const asked = await this.#asker.askAll<'scopes'>({ kind: 'scopes' });
    const followed = this.#node.state().logId ?? null;
    const log = new Map<string, number | null>();
    for (const { answer } of asked)
      for (const { scope, logVersion, appliedThrough } of answer?.scopes ?? []) {
        if (answer?.logId !== followed) continue;
        const seen = Math.max(log.get(scope) ?? -1, logVersion ?? -1, appliedThrough ?? -1);
        log.set(scope, seen === -1 ? null : seen);
      }
    const nodes = asked.map((one) => ({
      ...partOf(one, this.#node.self),
      coherence: one.answer?.coherence ?? null,
      ready: one.answer?.ready ?? null,
      logReachable: one.answer?.logReachable ?? null,
      logId: one.answer?.logId ?? null,
      scopes: (one.answer?.scopes ?? []).map((scope) => ({
        ...scope,
        behind:
          one.answer?.logId === followed
            ? behindOf(scope.appliedThrough, log.get(scope.scope))
            : null,
      })),
    }));
    return { scopes: [...log].map(([scope, logVersion]) => ({ scope, logVersion })), nodes };
  }

  async #askReachability(): Promise<ReachabilityReply> {
    const asked = await this.#asker.askAll<'reaches'>({ kind: 'reaches' });
    const nodes = asked.map((one) => ({
      ...partOf(one, this.#node.self),
      reaches: one.answer?.reaches ?? [],
    }));
    return { nodes };
  }
}
