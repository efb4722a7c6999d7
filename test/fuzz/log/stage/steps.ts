import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteTransaction } from '@hearsay/version-log';
import type { Step } from './stage.ts';

/** Takes the steps in the transaction of a server's log. @param run a statement on its connection */
export async function takeSteps(
  steps: readonly Step[],
  tx: WriteTransaction,
  run: (sql: string) => Promise<void>,
): Promise<void> {
  for (const step of steps) {
    if ('sql' in step) await run(step.sql);
    else if ('holdMs' in step) await sleep(step.holdMs);
    else
      for (const { scope, target } of step.invalidate)
        tx.invalidate(scope, { [target.kind]: target.key } as { key: string });
  }
}
