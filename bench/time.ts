import type { Clock } from '@hearsay/spi';

/** Microseconds on the machine's one monotonic clock: comparable between the processes of a machine. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The same clock for nodes, so that what they report can be compared too. */
export const machineClock: Clock = {
  monotonicMs: () => nowUs() / 1000,
  wallMs: () => Date.now(),
};

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @throws {Error} says what did not happen within `timeoutMs` */
export async function until(
  what: string,
  condition: () => boolean,
  timeoutMs: number,
  everyMs = 2,
): Promise<void> {
  const giveUpUs = nowUs() + timeoutMs * 1000;
  while (!condition()) {
    if (nowUs() > giveUpUs) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await pause(everyMs);
  }
}
