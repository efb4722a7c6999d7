import type { Announcement, Origin, Sequence } from '@hearsay/spi';
import { eventBytes } from './journal.js';
import { type EventRun, MESSAGE_LIMITS } from './message.js';

/**
 * Splits consecutive events of one origin into runs of which each fits one frame.
 * @param bytesMax a run ends with the event that passes this
 */
export function runsOf(
  origin: Origin,
  first: number,
  announcements: readonly Announcement[],
  bytesMax: number,
): EventRun[] {
  const runs: EventRun[] = [];
  let begin = 0;
  let bytes = 0;
  for (const [i, announcement] of announcements.entries()) {
    bytes += eventBytes(announcement);
    const count = i + 1 - begin;
    const isLast = i === announcements.length - 1;
    if (!isLast && bytes <= bytesMax && count < MESSAGE_LIMITS.eventsMax) continue;
    const part = announcements.slice(begin, i + 1);
    runs.push({ origin, first: (first + begin) as Sequence, announcements: part });
    begin = i + 1;
    bytes = 0;
  }
  return runs;
}
