export interface LocalHealthOptions {
  readonly healthMax: number;
  readonly loopDelayMs: number;
  readonly probeIntervalMs: number;
}

/**
 * How far this node distrusts itself: 0 is healthy. Its probes wait (health + 1) times as long
 * before they accuse anyone.
 *
 * Two parts. The counter is Lifeguard's: a probe that failed worsens it unless the helpers' nacks
 * show that this node hears well (then the target is the culprit), having to refute worsens it, a
 * probe that succeeded betters it. The lag is measured: event-loop delay from `loopDelayMs` on worsens
 * it by one, each doubling by one more; it falls by one each probe interval once the delay is gone.
 *
 * Source: Lifeguard (arXiv 1707.00788), section IV-A; the nack rule as in hashicorp/memberlist.
 */
export class LocalHealth {
  readonly #options: LocalHealthOptions;
  #counter = 0;
  #lag = 0;
  #lagFallsAtMs = 0;

  constructor(options: LocalHealthOptions) {
    this.#options = options;
  }

  /** 0 … healthMax */
  get value(): number {
    return Math.min(this.#options.healthMax, this.#counter + this.#lag);
  }

  probeSucceeded(): void {
    this.#count(-1);
  }

  /**
   * @param asked helpers that were asked
   * @param answered those of them that sent at least a nack
   */
  probeFailed(asked: number, answered: number): void {
    this.#count(asked === 0 ? 1 : asked - answered);
  }

  refuted(): void {
    this.#count(1);
  }

  observeDelay(delayMs: number, nowMs: number): void {
    const { loopDelayMs, probeIntervalMs, healthMax } = this.#options;
    const lag = lagOf(delayMs, loopDelayMs, healthMax);
    if (lag < this.#lag && nowMs < this.#lagFallsAtMs) return;
    this.#lag = Math.max(lag, this.#lag - 1);
    this.#lagFallsAtMs = nowMs + probeIntervalMs;
  }

  #count(step: number): void {
    this.#counter = Math.min(this.#options.healthMax, Math.max(0, this.#counter + step));
  }
}

/** @returns 0 below `unitMs`, then 1 and one more each time the delay doubles */
export function lagOf(delayMs: number, unitMs: number, lagMax: number): number {
  if (!(delayMs >= unitMs)) return 0;
  return Math.min(lagMax, 1 + Math.floor(Math.log2(delayMs / unitMs)));
}
