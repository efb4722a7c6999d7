/** The side of a program that runs on a host; the other is HostProcess. */

/** What a program can be asked, by name. Arguments and answers travel as JSON. */
export type Operations = Readonly<Record<string, (argument: never) => unknown>>;

export interface Question {
  readonly id: number;
  readonly operation: string;
  readonly argument?: unknown;
}

/** What comes back: an answer, or something that the program tells unasked. */
export type Reply =
  | { readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly told: object };

/** Answers what is asked, each question by itself. It ends with its parent, and only the parent ends it. */
export function runProgram(operations: Operations): void {
  process.on('SIGINT', () => {});
  // SIGKILL, for an orderly exit would wait for threads that wait for frames.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', async ({ id, operation, argument }: Question) => {
    try {
      const answer = operations[operation];
      if (!answer) throw new Error(`unknown operation ${operation}`);
      reply({ id, value: await answer(argument as never) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}

export function tell(told: object): void {
  reply({ told });
}

function reply(message: Reply): void {
  process.send?.(message, undefined, undefined, () => {});
}
