import type { Coherence, Origin, Sequence } from '@hearsay/spi';
import {
  type Member,
  type MembershipEffect,
  type MembershipInput,
  MembershipMachine,
  type MembershipMessage,
  type MembershipOptions,
  type SelfDescription,
} from '../membership/index.js';
import {
  type Link,
  type MeshCounters,
  type MeshEffect,
  type MeshInput,
  MeshMachine,
  type MeshOptions,
} from '../mesh/index.js';
import type { NodeEffect } from './effect.js';
import type { NodeInput } from './input.js';
import type { Heartbeat, NodeMessage } from './message.js';

/** A link is silent one second after a whole round of probes went unanswered, and never before this. */
const LINK_SILENT_MS_MIN = 2_000;
const LINK_SILENT_AFTER_ROUND_MS = 1_000;

export interface NodeOptions {
  readonly mesh?: Partial<MeshOptions>;
  readonly membership?: Partial<MembershipOptions>;
}

/**
 * The two machines of a mesh node as one: membership decides whom to probe and who is alive, the
 * mesh machine what is missing. They meet in the heartbeat, which is the ping of the one and carries
 * the digest of the other. Pure, as they are.
 */
export class NodeMachine {
  readonly #mesh: MeshMachine;
  readonly #membership: MembershipMachine;

  /** @throws {MetadataTooLargeError} @throws {ConfigInvalidError} */
  constructor(self: SelfDescription, options: NodeOptions, nowMs: number) {
    // Membership says when a heartbeat is due.
    const mesh = {
      ...options.mesh,
      heartbeatMs: Number.POSITIVE_INFINITY,
      supersede: false,
    };
    this.#mesh = new MeshMachine(self.origin, mesh);
    this.#membership = new MembershipMachine(self, options.membership ?? {}, nowMs);
  }

  get coherence(): Coherence {
    return this.#mesh.coherence;
  }

  get sequence(): Sequence {
    return this.#mesh.sequence;
  }

  get links(): readonly Readonly<Link>[] {
    return this.#mesh.links;
  }

  get counters(): MeshCounters & MembershipMachine['counters'] {
    return { ...this.#mesh.counters, ...this.#membership.counters };
  }

  members(): readonly Member[] {
    return this.#membership.members();
  }

  localMember(): Member {
    return this.#membership.local();
  }

  viewHash(): string {
    return this.#membership.viewHash();
  }

  localHealth(): number {
    return this.#membership.localHealth();
  }

  /** @throws {MetadataTooLargeError} `update-self` only; nothing is applied */
  handle(input: NodeInput, nowMs: number): NodeEffect[] {
    switch (input.kind) {
      case 'link-up':
        return [
          ...this.#doMesh(meshLinkUp(input), nowMs),
          ...this.#doMembership({ ...input, kind: 'linked' }, nowMs),
        ];
      case 'link-down':
        return [
          ...this.#doMesh({ kind: 'link-down', peer: input.peer }, nowMs),
          ...this.#doMembership({ ...input, kind: 'unlinked' }, nowMs),
        ];
      case 'message':
        return this.#message(input.from, input.message, nowMs);
      case 'tick':
        return this.#tick(input, nowMs);
      case 'leave':
      case 'update-self':
        return this.#doMembership(input, nowMs);
      default:
        return this.#doMesh(input, nowMs);
    }
  }

  #tick(input: Extract<NodeInput, { kind: 'tick' }>, nowMs: number): NodeEffect[] {
    const roundMs = this.#membership.roundMs();
    const silentMs = Math.max(LINK_SILENT_MS_MIN, roundMs + LINK_SILENT_AFTER_ROUND_MS);
    this.#mesh.setLinkSilentMs(silentMs);
    const effects = this.#doMesh({ kind: 'tick', random: input.random }, nowMs);
    return [...effects, ...this.#doMembership(input, nowMs)];
  }

  #message(from: Origin, message: NodeMessage, nowMs: number): NodeEffect[] {
    switch (message.kind) {
      case 'heartbeat':
      case 'heartbeat-ack':
        return this.#heartbeat(from, message, nowMs);
      case 'ping-request':
      case 'ping-result':
      case 'members':
        return this.#doMembership({ kind: 'message', from, message }, nowMs);
      case 'leave':
        return [
          ...this.#doMembership({ kind: 'message', from, message }, nowMs),
          ...this.#doMesh({ kind: 'message', from, message }, nowMs),
        ];
      default:
        return this.#doMesh({ kind: 'message', from, message }, nowMs);
    }
  }

  #heartbeat(from: Origin, heartbeat: Heartbeat, nowMs: number): NodeEffect[] {
    const { beat, digest, updates } = heartbeat;
    const kind = heartbeat.kind === 'heartbeat' ? 'ping' : 'ack';
    const ping: MembershipMessage = { kind, sequence: beat, updates };
    const effects = this.#doMembership({ kind: 'message', from, message: ping }, nowMs);
    const compared = this.#mesh.handle(
      { kind: 'message', from, message: { kind: heartbeat.kind, beat, digest } },
      nowMs,
    );
    // The acknowledgement is membership's, with the digest in it.
    const rest = compared.filter((e) => e.kind !== 'send' || e.message.kind !== 'heartbeat-ack');
    return [...effects, ...this.#outOf(rest, nowMs)];
  }

  #doMesh(input: MeshInput, nowMs: number): NodeEffect[] {
    return this.#outOf(this.#mesh.handle(input, nowMs), nowMs);
  }

  /** A link that the mesh machine drops is down for membership too: by silence, as far as it can tell. */
  #outOf(effects: readonly MeshEffect[], nowMs: number): NodeEffect[] {
    return effects.flatMap((effect): NodeEffect[] => {
      if (effect.kind === 'send') return [{ ...effect, message: withoutUpdates(effect.message) }];
      if (effect.kind !== 'close-link' || effect.reason === 'left') return [effect];
      const down = { kind: 'unlinked', peer: effect.peer, evidence: 'silent' } as const;
      return [effect, ...this.#doMembership(down, nowMs)];
    });
  }

  #doMembership(input: MembershipInput, nowMs: number): NodeEffect[] {
    return this.#membership.handle(input, nowMs).flatMap((effect) => this.#told(effect, nowMs));
  }

  #told(effect: MembershipEffect, nowMs: number): NodeEffect[] {
    if (effect.kind === 'send') {
      const message = this.#onTheWire(effect.to, effect.message, nowMs);
      return message ? [{ kind: 'send', to: effect.to, message }] : [];
    }
    // Its former self is gone for certain only now; until then both may be answering (rule S5).
    if (effect.kind === 'changed' && effect.member.reason === 'replaced')
      return [
        effect,
        { kind: 'close-link', peer: effect.member.origin, reason: 'replaced' },
        ...this.#doMesh({ kind: 'link-down', peer: effect.member.origin }, nowMs),
      ];
    return [effect];
  }

  #onTheWire(to: Origin, message: MembershipMessage, nowMs: number): NodeMessage | undefined {
    if (message.kind !== 'ping' && message.kind !== 'ack') return message;
    const { sequence: beat, updates } = message;
    if (message.kind === 'ping') this.#mesh.beats(to, beat, nowMs);
    const kind = message.kind === 'ping' ? 'heartbeat' : 'heartbeat-ack';
    return { kind, beat, digest: this.#mesh.digest(nowMs), updates };
  }
}

function meshLinkUp({ kind, peer, sketches }: Extract<NodeInput, { kind: 'link-up' }>): MeshInput {
  return sketches === undefined ? { kind, peer } : { kind, peer, sketches };
}

function withoutUpdates(message: Extract<MeshEffect, { kind: 'send' }>['message']): NodeMessage {
  return message.kind === 'heartbeat' || message.kind === 'heartbeat-ack'
    ? { ...message, updates: [] }
    : message;
}
