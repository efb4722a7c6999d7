/** Readers that wait until something holds: each is told once, `true` when it does or `false` when it cannot. */
export class Waiters {
  readonly #waiting = new Set<{
    readonly holds: () => boolean;
    readonly sinceMs: number;
    readonly tell: (held: boolean) => void;
  }>();

  /**
   * @param timeoutMs after which the answer is what `holds` says then
   * @param sinceMs what a poll must have been sent at or after to help; {@link fail} spares the later ones
   */
  wait(holds: () => boolean, timeoutMs: number, sinceMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = {
        holds,
        sinceMs,
        tell: (held: boolean) => {
          clearTimeout(timer);
          this.#waiting.delete(waiter);
          resolve(held);
        },
      };
      const timer = setTimeout(() => waiter.tell(holds()), timeoutMs);
      this.#waiting.add(waiter);
    });
  }

  /** Something changed: those whose condition holds now are told. */
  changed(): void {
    for (const waiter of this.#waiting) if (waiter.holds()) waiter.tell(true);
  }

  /** What those wait for who need no later poll than this will not come: they are told what holds. */
  fail(throughMs: number): void {
    for (const waiter of this.#waiting)
      if (waiter.sinceMs <= throughMs) waiter.tell(waiter.holds());
  }
}
