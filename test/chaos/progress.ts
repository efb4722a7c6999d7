import { grouped } from '../demo/table.ts';
import type { Progress } from './chaos-run.ts';

const REDRAW_MS = 500;
const CLEAR = '\r\x1b[2K';

/** Lines on stderr; on a terminal the last one shows how far the run is. */
export class ProgressDisplay {
  #timer: NodeJS.Timeout | undefined;
  #last = '';

  /** @param progress asked again and again */
  begin(progress: () => Progress): void {
    if (!process.stderr.isTTY) return;
    this.#timer = setInterval(() => {
      const columns = process.stderr.columns ?? 80;
      this.#last = renderProgress(progress()).slice(0, columns - 1);
      process.stderr.write(`${CLEAR}${this.#last}`);
    }, REDRAW_MS);
  }

  /** Prints a line that stays. */
  line(text: string): void {
    process.stderr.write(this.#timer ? `${CLEAR}${text}\n${this.#last}` : `${text}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#timer) process.stderr.write(CLEAR);
    this.#timer = undefined;
  }
}

export function renderProgress(progress: Progress): string {
  const { phase, elapsedMs, faults, reads, writes, violations } = progress;
  const seconds = Math.floor(elapsedMs / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const judged = violations === 0 ? 'no violation' : `${grouped(violations)} VIOLATIONS`;
  const now = faults.length === 0 ? 'no fault' : faults.join(' ');
  return `${time} ${phase} · ${judged} · ${grouped(reads)} reads · ${grouped(writes)} writes · ${now}`;
}
