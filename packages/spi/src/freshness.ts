import type { Coherence } from './coherence.js';
import type { AppliedPosition } from './version-source.js';
import type { Scope, Version } from './words.js';

/** What a cache asks about its scope. Times are on the host's monotonic clock. */
export interface ScopeFreshness {
  /** The latest T such that every write committed before T is applied here; `-Infinity` when unproven. */
  freshAsOfMs(): number;
  /**
   * Makes `freshAsOfMs() >= sinceMs` by one poll that all who wait share (rule F4).
   * @param sinceMs not after now
   * @returns whether it was proven; `false` when the log is out of reach or did not answer in time
   */
  prove(sinceMs: number): Promise<boolean>;
  /** Whether the write at this position is applied here. A position of another log or chain is not. */
  hasReached(position: AppliedPosition): boolean;
  /**
   * The highest version of the scope of which anything was heard here; `Infinity` while that cannot be
   * known: before the first read of the log, and while another log has been heard of; `undefined` without a log.
   */
  knownVersion?(): Version | undefined;
  /** Present where the scope can be strict. */
  readonly right?: ServingRight;
  /** Waits until {@link hasReached}, asking the log if gossip does not bring it. @returns whether it was reached in time */
  reach(position: AppliedPosition, timeoutMs: number): Promise<boolean>;
}

/** The right to serve a strict scope from memory (rules S1, F4). */
export interface ServingRight {
  /** @param nowMs read from the monotonic clock for this very question; a time kept from before is unsound */
  holds(nowMs: number): boolean;
  /**
   * Proves the scope by a poll that was not sent yet when this was called; shared by all who came
   * before it is sent. @returns `false` when the log is out of reach or did not answer in time
   */
  prove(): Promise<boolean>;
}

/** What is known of one scope here. */
export interface ScopeStatus {
  readonly scope: Scope;
  /** The highest version v such that 1..v are applied here; `undefined` before the first poll. */
  readonly appliedThrough: Version | undefined;
  /** The newest counter that a poll has shown; `undefined` before the first poll. */
  readonly logVersion: Version | undefined;
  /** Age of the proof; `Infinity` when unproven. */
  readonly freshForMs: number;
  readonly resets: number;
}

/** The coherence of a node: `dark` when the transport does not hear the others and the log is out of reach too. */
export type NodeCoherence = Coherence | 'dark';
