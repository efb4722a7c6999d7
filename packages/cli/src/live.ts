import { setTimeout } from 'node:timers/promises';
import { AdminTimeoutError, AdminUnreachableError } from '@hearsay/admin/client';
import type { Context } from './context.js';
import { EXIT } from './exit-code.js';
import { fitted } from './units.js';

const ROWS_DEFAULT = 24;
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/**
 * Draws `frame` again and again on a screen of its own until it is interrupted, and leaves the last
 * frame behind. A node that goes away meanwhile is waited for. Where stdout is no terminal one frame
 * is printed, and nothing is drawn again.
 */
export async function live(
  context: Context,
  everyMs: number,
  frame: () => Promise<string>,
): Promise<number> {
  let last = await frame();
  if (context.columns === undefined) {
    context.print(last);
    return EXIT.ok;
  }
  const { signal } = context;
  let resized = new AbortController();
  const resize = (): void => resized.abort();
  process.stdout.on('resize', resize);
  process.stdout.write(ENTER);
  try {
    for (let note = ''; ; ) {
      process.stdout.write(screen(`${note}${last}`, context));
      const wake = AbortSignal.any([signal, resized.signal]);
      await setTimeout(everyMs, undefined, { signal: wake }).catch(() => undefined);
      if (signal.aborted) break;
      resized = new AbortController();
      try {
        last = await frame();
        note = '';
      } catch (error) {
        if (signal.aborted) break;
        note = `${context.colors.red(`trying again: ${absence(error)}`)}\n`;
      }
    }
  } finally {
    process.stdout.off('resize', resize);
    process.stdout.write(LEAVE);
  }
  context.print(last);
  return EXIT.interrupted;
}

/** @returns why the node does not answer @throws any other error */
function absence(error: unknown): string {
  if (error instanceof AdminUnreachableError || error instanceof AdminTimeoutError)
    return error.message;
  throw error;
}

/** One write: no line is longer than the screen, and none is below it. */
function screen(frame: string, { columns = 0 }: Context): string {
  const rows = process.stdout.rows || ROWS_DEFAULT;
  const lines = frame.split('\n');
  const more = lines.length - rows;
  const shown =
    more > 0 ? [...lines.slice(0, rows - 1), `… ${more + 1} more lines`] : lines.slice(0, rows);
  // Cleared before it is drawn: behind a full line the cursor still stands on its last character.
  const drawn = shown.map((line) => `${CLEAR_LINE}${fitted(line, columns)}`).join('\r\n');
  return `${HOME}${drawn}${shown.length < rows ? `\r\n${CLEAR_BELOW}` : ''}`;
}
