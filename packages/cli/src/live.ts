import { setTimeout } from 'node:timers/promises';
import type { Context } from './context.js';
import { EXIT } from './exit-code.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/**
 * Draws `frame` again and again on a screen of its own until it is interrupted, and leaves the last
 * frame behind. Where stdout is no terminal one frame is printed, and nothing is drawn again.
 */
export async function live(
  context: Context,
  everyMs: number,
  frame: () => Promise<string>,
): Promise<number> {
  if (context.columns === undefined) {
    context.print(await frame());
    return EXIT.ok;
  }
  let last = '';
  process.stdout.write(ENTER);
  try {
    while (!context.signal.aborted) {
      last = await frame();
      const lines = last.split('\n').slice(0, process.stdout.rows - 1);
      process.stdout.write(
        `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`,
      );
      await setTimeout(everyMs, undefined, { signal: context.signal }).catch(() => undefined);
    }
  } finally {
    process.stdout.write(LEAVE);
  }
  context.print(last);
  return EXIT.interrupted;
}
