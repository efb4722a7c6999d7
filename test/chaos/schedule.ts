/** What is done to the cluster, and when: decided by the seed alone. */
import { pick, type Random, seededRandom, shuffled } from '../demo/random.ts';
import { TROUBLES, type Trouble } from './service-database.ts';

/** Nodes by index. Milliseconds count from the beginning of the round. */
interface When {
  readonly atMs: number;
  /** 0 for what happens in a moment. */
  readonly forMs: number;
}

export type NetworkFault = When &
  (
    | { readonly kind: 'cutPair' | 'cutOneWay'; readonly from: number; readonly to: number }
    | { readonly kind: 'isolate'; readonly node: number }
    | { readonly kind: 'split'; readonly minority: readonly number[] }
    | { readonly kind: 'loss'; readonly node: number; readonly lossPercent: number }
    | {
        readonly kind: 'delay';
        readonly node: number;
        readonly delayMs: number;
        readonly jitterMs: number;
      }
    | {
        readonly kind: 'reorder';
        readonly node: number;
        readonly delayMs: number;
        readonly reorderPercent: number;
      }
  );

/** A node that is killed or crashes is started again, at another address, after `forMs`. */
export type ProcessFault = When & {
  /** `freezeInHit`: it stops itself between the check of a right and the answer. */
  readonly kind: 'freeze' | 'freezeInHit' | 'kill' | 'crashInCommit' | 'crashAfterCommit';
  readonly node: number;
};

export type OtherFault = When &
  (
    | { readonly kind: 'clockJump'; readonly node: number; readonly jumpMs: number }
    | { readonly kind: 'prune'; readonly keepRows: number }
    | { readonly kind: Trouble }
  );

export type Fault = NetworkFault | ProcessFault | OtherFault;
export type FaultKind = Fault['kind'];

/** How often each is chosen, relative to the others, and how long it lasts. */
const KINDS: Readonly<Record<FaultKind, readonly [weight: number, minMs: number, maxMs: number]>> =
  {
    cutPair: [3, 1_000, 10_000],
    cutOneWay: [3, 1_000, 10_000],
    isolate: [3, 1_000, 8_000],
    split: [2, 1_000, 8_000],
    loss: [3, 2_000, 10_000],
    delay: [2, 2_000, 10_000],
    reorder: [2, 2_000, 10_000],
    freeze: [4, 200, 8_000],
    // Shorter than L, and longer, as often as not.
    freezeInHit: [8, 100, 4_000],
    kill: [3, 100, 5_000],
    crashInCommit: [1, 100, 3_000],
    crashAfterCommit: [2, 100, 3_000],
    clockJump: [2, 0, 0],
    prune: [4, 0, 6_000],
    lockWriters: [2, 500, 7_000],
    freezeDatabase: [2, 500, 7_000],
    killDatabase: [2, 200, 5_000],
    stopDatabase: [1, 200, 5_000],
  };

const PROCESS_KINDS: readonly FaultKind[] = [
  ...(['freeze', 'freezeInHit', 'kill', 'crashInCommit', 'crashAfterCommit'] as const),
];

/** Between two beginnings; most faults last longer, so they overlap. */
const GAP_MS_MAX = 2_400;
/** What a restart may take beyond its time, before the node is chosen again. */
const RESTART_MS = 3_000;
/** So that the others see something to read. */
const NODES_DISTURBED_MAX = 2;
const JUMP_MS_MAX = 3_600_000;
const KEEP_ROWS_MAX = 40;
const GOLDEN = 0x9e3779b9;

export interface RoundOptions {
  readonly seed: number;
  /** 0, 1, … */
  readonly round: number;
  readonly nodes: number;
  /** All faults end before. */
  readonly faultsMs: number;
  /** What can be done to the database. */
  readonly troubles: readonly Trouble[];
  /** Whether there is a strict scope. */
  readonly strict: boolean;
}

/** @returns the faults of one round in the order of their beginnings */
export function planRound(options: RoundOptions): Fault[] {
  const random = seededRandom((options.seed + options.round * GOLDEN) % 2 ** 32);
  const kinds = kindsOffered(options);
  const planned: Fault[] = [];
  let atMs = random() * GAP_MS_MAX;
  while (atMs < options.faultsMs) {
    const kind = pick(random, kinds);
    const [, minMs, maxMs] = KINDS[kind];
    const wantedMs = minMs + random() * (maxMs - minMs);
    const forMs = Math.min(wantedMs, options.faultsMs - atMs);
    const fault = detail(kind, { atMs, forMs }, options.nodes, random);
    if (isPossible(fault, planned)) planned.push(rounded(fault));
    atMs += random() * GAP_MS_MAX;
  }
  return planned;
}

function kindsOffered({ troubles, strict }: RoundOptions): FaultKind[] {
  const all = Object.entries(KINDS) as [FaultKind, (typeof KINDS)[FaultKind]][];
  return all
    .filter(([kind]) => !isTrouble(kind) || troubles.includes(kind))
    .filter(([kind]) => strict || kind !== 'freezeInHit')
    .flatMap(([kind, [weight]]) => Array.from({ length: weight }, () => kind));
}

export function isTrouble(kind: FaultKind): kind is Trouble {
  return Object.values(TROUBLES)
    .flat()
    .some((trouble) => trouble === kind);
}

export function isProcessFault(fault: Fault): fault is ProcessFault {
  return PROCESS_KINDS.includes(fault.kind);
}

function detail(kind: FaultKind, when: When, nodes: number, random: Random): Fault {
  const indexes = shuffled(
    random,
    Array.from({ length: nodes }, (_, index) => index),
  );
  const [node = 0, other = 0] = indexes;
  switch (kind) {
    case 'cutPair':
    case 'cutOneWay':
      return { kind, ...when, from: node, to: other };
    case 'split':
      return { kind, ...when, minority: indexes.slice(0, Math.floor(nodes / 2)).sort() };
    case 'loss':
      return { kind, ...when, node, lossPercent: 5 + random() * 45 };
    case 'delay': {
      const delayMs = 5 + random() * 145;
      return { kind, ...when, node, delayMs, jitterMs: random() * delayMs };
    }
    case 'reorder':
      return { kind, ...when, node, delayMs: 5 + random() * 45, reorderPercent: 5 + random() * 45 };
    case 'clockJump':
      return { kind, ...when, node, jumpMs: (random() * 2 - 1) * JUMP_MS_MAX };
    case 'prune':
      // Nothing at all, as often as not: then everyone who is behind has to begin anew.
      return { kind, ...when, keepRows: random() < 0.5 ? 0 : random() * KEEP_ROWS_MAX };
    case 'isolate':
    case 'freeze':
    case 'freezeInHit':
    case 'kill':
    case 'crashInCommit':
    case 'crashAfterCommit':
      return { kind, ...when, node };
    case 'lockWriters':
    case 'freezeDatabase':
    case 'killDatabase':
    case 'stopDatabase':
      return { kind, ...when };
  }
}

/** A process is disturbed by one fault at a time, and so is the database; all else overlaps. */
function isPossible(fault: Fault, planned: readonly Fault[]): boolean {
  if (isTrouble(fault.kind))
    return !planned.some((other) => isTrouble(other.kind) && overlaps(fault, other));
  if (!isProcessFault(fault)) return true;
  const disturbed = planned.filter(isProcessFault).filter((other) => overlaps(fault, other));
  return (
    disturbed.length < NODES_DISTURBED_MAX && !disturbed.some((other) => other.node === fault.node)
  );
}

function overlaps(later: When, earlier: When): boolean {
  return later.atMs < earlier.atMs + earlier.forMs + RESTART_MS;
}

/** Whole numbers, as they are shown. */
function rounded(fault: Fault): Fault {
  return Object.fromEntries(
    Object.entries(fault).map(([name, value]) => [
      name,
      typeof value === 'number' ? Math.round(value) : value,
    ]),
  ) as unknown as Fault;
}

/** @returns the fault in one line, nodes by name */
export function describeFault({ atMs: _, forMs, kind, ...rest }: Fault): string {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${named(name, value)}`);
  return [kind, ...details, ...(forMs > 0 ? [`for ${forMs} ms`] : [])].join(' ');
}

function named(name: string, value: number | string | readonly number[]): string {
  if (typeof value === 'object') return value.map(nodeName).join(',');
  const isNode = name === 'node' || name === 'from' || name === 'to';
  return typeof value === 'number' && isNode ? nodeName(value) : String(value);
}

export function nodeName(index: number): string {
  return `n${index + 1}`;
}
