import type { Epoch, NodeName, Origin } from '@hearsay/spi';
import type { MembershipEffect } from '../../src/membership/effect.js';
import type { Incarnation, Member } from '../../src/membership/member.js';
import { MembershipMachine } from '../../src/membership/membership-machine.js';
import type {
  AliveUpdate,
  GoneUpdate,
  MembershipMessage,
  SuspectUpdate,
} from '../../src/membership/message.js';
import type { MembershipOptions } from '../../src/membership/options.js';

/** Short ways to write what the membership machine speaks of. */

export function originOf(node: string, life = 1): Origin {
  return { node: node as NodeName, epoch: life.toString(16).padStart(16, '0') as Epoch };
}

export function incarnationOf(number: number): Incarnation {
  return number as Incarnation;
}

export function addressesOf(origin: Origin): string[] {
  return [`${origin.node}-${Number.parseInt(origin.epoch, 16)}:7000`];
}

export function alive(origin: Origin, incarnation = 0): AliveUpdate {
  const addresses = addressesOf(origin);
  return {
    state: 'alive',
    origin,
    incarnation: incarnationOf(incarnation),
    addresses,
    metadata: {},
  };
}

export function suspect(
  origin: Origin,
  by: Origin,
  evidence: SuspectUpdate['evidence'] = 'silent',
  incarnation = 0,
): SuspectUpdate {
  return { state: 'suspect', origin, incarnation: incarnationOf(incarnation), by, evidence };
}

export function gone(state: GoneUpdate['state'], origin: Origin, incarnation = 0): GoneUpdate {
  return { state, origin, incarnation: incarnationOf(incarnation) };
}

export function machineOf(
  origin: Origin,
  options: Partial<MembershipOptions> = {},
  nowMs = 0,
): MembershipMachine {
  return new MembershipMachine(
    { origin, addresses: addressesOf(origin), metadata: {} },
    options,
    nowMs,
  );
}

export function memberOf(origin: Origin, more: Partial<Member> = {}): Member {
  return {
    origin,
    addresses: addressesOf(origin),
    metadata: {},
    incarnation: incarnationOf(0),
    state: 'alive',
    reason: 'joined',
    sinceMs: 0,
    ...more,
  };
}

/** @returns the messages of one kind among the effects, with whom they go to */
export function sent<K extends MembershipMessage['kind']>(
  effects: readonly MembershipEffect[],
  kind: K,
): (Extract<MembershipMessage, { kind: K }> & { to: Origin })[] {
  return effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === kind
      ? [{ ...(effect.message as Extract<MembershipMessage, { kind: K }>), to: effect.to }]
      : [],
  );
}

/** @returns the changes of a view in short: `name: before > state (reason)` */
export function changesOf(effects: readonly MembershipEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'changed'
      ? [
          `${effect.member.origin.node}: ${effect.before ?? 'new'} > ${effect.member.state} (${effect.member.reason})`,
        ]
      : [],
  );
}
