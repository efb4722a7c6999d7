/** What the demonstration's processes say to each other, over IPC and through the services' door. */
import type { Item } from './catalogue.ts';
import type { Schedule } from './schedule.ts';
import type { DemoScope } from './scopes.ts';
import type { FaultKind } from './timeline.ts';
import type { Verdict } from './verdict.ts';

/** What a service is started with. It knows peers by address and nothing of relays. */
export interface ServiceConfig {
  readonly node: string;
  readonly database: string;
  /** `host:port` of every other node. */
  readonly peers: readonly string[];
  readonly clusterKey: string;
  readonly repair: boolean;
  readonly polling: boolean;
}

export type ToService = { readonly type: 'stop' } | { readonly type: 'crash' };
/** Sent once, when the service can be reached. Ports are on loopback. */
export interface FromService {
  readonly type: 'listening';
  readonly doorPort: number;
  readonly meshPort: number;
  readonly epoch: string;
  readonly readyUs: number;
}

export interface LoadConfig {
  readonly database: string;
  readonly seed: number;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
}
/** `doorPorts` by node; `null` while it is down. */
export type ToLoad =
  | { readonly type: 'doors'; readonly doorPorts: readonly (number | null)[] }
  /** `count` sets the totals to 0, once the processes are warm. */
  | { readonly type: 'begin' | 'count' | 'stop' };
interface AckMessage {
  readonly type: 'acks';
  readonly acks: readonly Ack[];
  readonly tokenReads: readonly TokenRead[];
}
export type FromLoad = AckMessage | { readonly type: 'stopped'; readonly totals: LoadTotals };

/** A write that was acknowledged: when it was begun, when its commit was answered, and its token. */
export type Ack = readonly [
  node: number,
  writeId: string,
  beganUs: number,
  ackUs: number,
  token: string,
];

/** A read on another node that brought a write's token. */
export interface TokenRead {
  readonly node: number;
  readonly scope: DemoScope;
  readonly key: string;
  readonly written: number;
  readonly read: number;
  readonly invokedUs: number;
}

export interface LoadTotals {
  readonly writes: number;
  readonly reads: number;
  /** Transactions rolled back on purpose. */
  readonly aborted: number;
  /** Requests without an answer, as when a process is killed. */
  readonly failed: number;
}

export interface ObserverConfig {
  readonly database: string;
  readonly nodes: readonly string[];
  readonly seed: number;
  readonly schedule: Schedule;
}
export type ToObserver =
  | { readonly type: 'up'; readonly node: number; readonly life: FromService }
  | {
      readonly type: 'fault';
      readonly kind: FaultKind;
      readonly node: number;
      readonly atUs: number;
    }
  | AckMessage
  /** From now on convergence counts. */
  | { readonly type: 'clock'; readonly startUs: number }
  | { readonly type: 'finish' };
export type FromObserver =
  | { readonly type: 'seen'; readonly seen: Seen }
  | { readonly type: 'verdict'; readonly verdict: Verdict };

/** What the observer sees right now. */
export interface Seen {
  /** By index; `null` for a node that is down. */
  readonly views: readonly (NodeView | null)[];
  /** The newest version of each scope in the log. */
  readonly log: Readonly<Record<DemoScope, number>>;
  readonly violations: number;
}

/** What one node says of itself. */
export interface NodeView {
  readonly coherence: string;
  readonly scopes: readonly {
    readonly scope: string;
    readonly appliedThrough: number | null;
    readonly logVersion: number | null;
  }[];
  readonly hits: number;
  readonly misses: number;
  readonly byGossip: number;
  readonly byLog: number;
  readonly peers: number;
  readonly resets: number;
  readonly stats: Readonly<Record<string, number>>;
}

/** Body of `POST /read`; at most 256 keys. */
export interface ReadRequest {
  readonly scope: DemoScope;
  readonly keys: readonly string[];
  readonly token?: string;
  /** Asks for {@link ReadAnswer.outcomes}. */
  readonly probe?: boolean;
}
export interface ReadAnswer {
  readonly epoch: string;
  /** In the order of the keys; `null` where there is none. */
  readonly items: readonly (Item | null)[];
  /** One letter a key: `h` hit, `l` hit that was answered in a later turn of the event loop, `m` miss. */
  readonly outcomes?: string;
}

export interface WriteAnswer {
  readonly revision: number;
  readonly token: string;
  readonly beganUs: number;
  readonly ackUs: number;
}

/** Answer of `GET /cached`: what the caches hold now, without loading anything. */
export interface CachedAnswer {
  readonly epoch: string;
  readonly entries: readonly { readonly scope: DemoScope; readonly item: Item }[];
}

/** Answer of `GET /journal?after=n`. */
export interface JournalAnswer {
  readonly epoch: string;
  /** Everything that happened before is among the entries. */
  readonly untilUs: number;
  /** To be sent as `after` next time. */
  readonly next: number;
  readonly entries: readonly JournalEntry[];
  readonly view: NodeView;
}
export type JournalEntry =
  /** All of 1 … `appliedThrough` are applied. Stands after the drops that this caused. */
  | readonly [type: 'applied', us: number, scope: string, appliedThrough: number]
  | readonly [type: 'drop', us: number, scope: string, key: string, reason: string]
  /** A fill was not kept. */
  | readonly [type: 'void', us: number, scope: string, key: string]
  | readonly [type: 'reset', us: number, scope: string]
  | readonly [type: 'coherence', us: number, coherence: string];
