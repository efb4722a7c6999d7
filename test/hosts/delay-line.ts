/**
 * Holds frames up between two ends of a tap device, where the kernel has no netem. What the switch
 * sends into a host's tap comes out of the same tap later. Started by open-taps.pl; its arguments are
 * the taps' file descriptors, host by host.
 */
import { read, writeSync } from 'node:fs';
import { type Delay, NO_DELAY } from './delay.ts';
import { runProgram } from './program.ts';

const FRAME_BYTES_MAX = 65_536;

const delays = new Map<number, Delay>();

function set({ host, delay }: { host: number; delay: Delay }): void {
  delays.set(host, delay);
}

/** Reads wait in threads of libuv, one for each tap (UV_THREADPOOL_SIZE). */
function carry(host: number, tap: number): void {
  const buffer = Buffer.alloc(FRAME_BYTES_MAX);
  const next = () => read(tap, buffer, 0, FRAME_BYTES_MAX, null, received);
  const received = (error: Error | null, bytes: number) => {
    if (error) throw error;
    const frame = Buffer.from(buffer.subarray(0, bytes));
    const heldMs = holdMs(delays.get(host) ?? NO_DELAY);
    // Timers of equal length fire in the order in which they were set.
    if (heldMs > 0) setTimeout(() => writeSync(tap, frame), heldMs);
    else writeSync(tap, frame);
    next();
  };
  next();
}

function holdMs({ delayMs, jitterMs, reorderPercent }: Delay): number {
  if (Math.random() * 100 < reorderPercent) return 0;
  return Math.round(delayMs + (Math.random() * 2 - 1) * jitterMs);
}

for (const [host, tap] of process.argv.slice(2).map(Number).entries()) carry(host, tap);
runProgram({ set });
