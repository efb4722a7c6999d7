/** What a worker process can be asked, by name. Arguments and results travel as JSON. */
export type Operations = Readonly<Record<string, (argument: never) => unknown>>;

interface Call {
  readonly id: number;
  readonly operation: string;
  readonly argument: unknown;
}

/** Answers the parent's calls, and never outlives the parent. */
export function serve(operations: Operations): void {
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, operation, argument }: Call) => {
    try {
      const run = operations[operation];
      if (!run) throw new Error(`unknown operation ${operation}`);
      answer({ id, value: await run(argument as never) });
    } catch (error) {
      answer({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** A parent that has gone meanwhile wants no answer. */
function answer(message: object): void {
  process.send?.(message, () => {});
}
