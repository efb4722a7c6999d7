import { type Origin, originId } from '@hearsay/spi';
import type { MembershipInput } from '../../src/membership/input.js';
import type { Evidence, MemberState } from '../../src/membership/member.js';
import { MembershipMachine } from '../../src/membership/membership-machine.js';
import type { MembershipOptions } from '../../src/membership/options.js';
import { addressesOf, originOf } from './words.js';

/** One connection as one of its two ends has it. */
export interface Connection {
  readonly peer: Origin;
  readonly connection: number;
  /** When the peer last answered. */
  ackAtMs: number;
}

export interface Change {
  readonly atMs: number;
  readonly origin: Origin;
  readonly before: MemberState | undefined;
  readonly state: MemberState;
  readonly reason: string;
}

/** One life of one node: its machine, and what a driver holds. */
export class SimulatedNode {
  readonly name: string;
  readonly origin: Origin;
  readonly id: string;
  readonly addresses: readonly string[];
  readonly machine: MembershipMachine;
  readonly bornMs: number;
  readonly connections = new Map<string, Connection>();
  readonly changes: Change[] = [];
  readonly conflicts: string[] = [];
  /** What waits while the process stands still. */
  readonly waiting: (() => void)[] = [];
  running = true;
  frozen = false;
  left = false;
  vanished = false;
  tickAtMs = 0;
  refutations = 0;

  constructor(name: string, life: number, nowMs: number, options: Partial<MembershipOptions>) {
    this.name = name;
    this.origin = originOf(name, life);
    this.id = originId(this.origin);
    this.addresses = addressesOf(this.origin);
    this.bornMs = nowMs;
    this.tickAtMs = nowMs;
    this.machine = new MembershipMachine(
      { origin: this.origin, addresses: this.addresses, metadata: { life: String(life) } },
      options,
      nowMs,
    );
  }

  /** Whether it runs and has not left. */
  get isMember(): boolean {
    return this.running && !this.left;
  }

  linkedInput(peer: SimulatedNode): MembershipInput {
    return { kind: 'linked', peer: peer.origin, addresses: peer.addresses };
  }

  unlinkedInput(peer: Origin, evidence: Evidence): MembershipInput {
    return { kind: 'unlinked', peer, evidence };
  }

  /** The living members that it sees, by id. */
  get view(): string[] {
    return this.machine
      .members()
      .filter(({ state }) => state === 'alive' || state === 'suspect')
      .map(({ origin }) => originId(origin));
  }
}
