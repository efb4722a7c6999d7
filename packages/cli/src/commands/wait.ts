import { setTimeout } from 'node:timers/promises';
import { AdminUnreachableError } from '@hearsay/admin/client';
import { answer, type Context } from '../context.js';
import { EXIT, UsageError } from '../exit-code.js';

export interface WaitOptions {
  /** `members=<n>`, `applied=<token>` or `ready`; all of them must hold. */
  readonly for: readonly string[];
  readonly timeoutMs: number;
}

const LOOK_MS = 100;

type Holds = (context: Context) => Promise<boolean>;

/** A node that is not there yet is waited for too. Timeout where they do not hold in time. */
export async function wait(context: Context, options: WaitOptions): Promise<number> {
  if (options.for.length === 0)
    throw new UsageError('nothing to wait for: give --for members=<n>, applied=<token> or ready');
  const conditions = options.for.map(conditionOf);
  const beganMs = performance.now();
  for (;;) {
    const held = await Promise.all(conditions.map((holds) => holds(context).catch(unlessAbsent)));
    const waitedMs = Math.round(performance.now() - beganMs);
    if (held.every(Boolean)) {
      answer(context, { holds: true, waitedMs }, () => `holds after ${waitedMs} ms`);
      return EXIT.ok;
    }
    if (waitedMs >= options.timeoutMs) {
      const missing = options.for.filter((_, index) => !held[index]);
      answer(
        context,
        { holds: false, waitedMs, missing },
        () => `not in ${waitedMs} ms: ${missing.join(', ')}`,
      );
      return EXIT.timeout;
    }
    if (context.signal.aborted) return EXIT.interrupted;
    await setTimeout(LOOK_MS);
  }
}

/** @throws {UsageError} */
function conditionOf(text: string): Holds {
  if (text === 'ready') return async ({ client }) => (await client.ready()).ready;
  const [name, value = ''] = text.split(/=(.*)/s);
  const count = Number(value);
  if (name === 'members' && Number.isInteger(count) && count > 0)
    return async ({ client }) => {
      const { members } = await client.members();
      return members.filter(({ state }) => state === 'alive').length >= count;
    };
  if (name === 'applied' && value !== '')
    return async ({ client }) => (await client.reached(value)).reached;
  throw new UsageError(`"${text}" cannot be waited for: use members=<n>, applied=<token> or ready`);
}

function unlessAbsent(error: unknown): boolean {
  if (error instanceof AdminUnreachableError) return false;
  throw error;
}
