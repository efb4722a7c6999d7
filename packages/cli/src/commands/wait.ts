import { setTimeout } from 'node:timers/promises';
import { AdminUnreachableError } from '@hearsay/admin/client';
import { answer, type Context } from '../context.js';
import { EXIT, UsageError } from '../exit-code.js';
import { reasonsText } from './status.js';

export interface WaitOptions {
  /** `members=<n>`, `applied=<token>` or `ready`; all of them must hold. */
  readonly for: readonly string[];
  readonly timeoutMs: number;
}

const LOOK_MS = 100;

/** @returns why it does not hold; `undefined` where it does */
type Look = (context: Context) => Promise<string | undefined>;

/** A node that is not there yet is waited for too. Timeout where they do not hold in time. */
export async function wait(context: Context, options: WaitOptions): Promise<number> {
  if (options.for.length === 0)
    throw new UsageError('nothing to wait for: give --for members=<n>, applied=<token> or ready');
  const conditions = options.for.map(conditionOf);
  const beganMs = performance.now();
  for (;;) {
    const reasons = await Promise.all(conditions.map((look) => look(context).catch(ofAbsence)));
    const waitedMs = Math.round(performance.now() - beganMs);
    if (reasons.every((reason) => reason === undefined)) {
      answer(context, { holds: true, waitedMs }, () => `holds after ${waitedMs} ms`);
      return EXIT.ok;
    }
    if (waitedMs >= options.timeoutMs) {
      const missing = options.for.filter((_, index) => reasons[index] !== undefined);
      const why = reasons.filter((reason) => reason !== undefined);
      answer(
        context,
        { holds: false, waitedMs, missing, reasons: why },
        () =>
          `not in ${waitedMs} ms: ${missing.map((one, index) => `${one} (${why[index]})`).join(', ')}`,
      );
      return EXIT.timeout;
    }
    if (context.signal.aborted) return EXIT.interrupted;
    await setTimeout(LOOK_MS);
  }
}

/** @throws {UsageError} */
function conditionOf(text: string): Look {
  if (text === 'ready')
    return async ({ client }) => {
      const { ready, reasons = [] } = await client.ready();
      return ready ? undefined : reasonsText(reasons) || 'not ready';
    };
  const [name, value = ''] = text.split(/=(.*)/s);
  const count = Number(value);
  if (name === 'members' && Number.isInteger(count) && count > 0)
    return async ({ client }) => {
      const { members } = await client.members();
      const alive = members.filter(({ state }) => state === 'alive').length;
      return alive >= count ? undefined : `${alive} alive`;
    };
  if (name === 'applied' && value !== '')
    return async ({ client }) => ((await client.reached(value)).reached ? undefined : 'not yet');
  throw new UsageError(`"${text}" cannot be waited for: use members=<n>, applied=<token> or ready`);
}

function ofAbsence(error: unknown): string {
  if (error instanceof AdminUnreachableError) return error.message;
  throw error;
}
