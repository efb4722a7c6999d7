/** How the packets of one host are held up on their way out. */
export interface Delay {
  readonly delayMs: number;
  /** Each packet's own delay lies within delayMs ± jitterMs, so packets overtake each other. */
  readonly jitterMs: number;
  /** 0 … 100: so many go at once and overtake those that wait. */
  readonly reorderPercent: number;
}

export const NO_DELAY: Delay = { delayMs: 0, jitterMs: 0, reorderPercent: 0 };

/** Two do it: the kernel's netem, or a process of our own where the kernel has none. */
export interface Delayer {
  /** Resolves once it is in force. A delay of 0 ends it. */
  set(host: number, delay: Delay): Promise<void>;
  /** What it did to the hosts goes with them. */
  stop(): Promise<void>;
}
