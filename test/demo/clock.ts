/** Microseconds on the machine's one monotonic clock: comparable between the processes of a machine. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves with whether `condition` became true within `timeoutMs`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const giveUpUs = nowUs() + timeoutMs * 1000;
  while (!(await condition())) {
    if (nowUs() >= giveUpUs) return false;
    await pause(everyMs);
  }
  return true;
}
