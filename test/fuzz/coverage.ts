import { type Profiler, Session } from 'node:inspector';

/**
 * Which blocks of code have run, as V8 counts them. A take costs milliseconds, so it is for batches
 * of inputs. Source: V8's precise block coverage, through the inspector protocol.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #covers: (url: string) => boolean;
  readonly #reached = new Set<string>();

  /** @param covers whether the code of this URL counts */
  constructor(covers: (url: string) => boolean) {
    this.#covers = covers;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    this.take();
  }

  /** How many different blocks were reached so far. */
  get blocks(): number {
    return this.#reached.size;
  }

  /** @returns the blocks that ran since the last take and are not kept yet */
  take(): readonly string[] {
    return this.#read()
      .filter(({ url }) => this.#covers(url))
      .flatMap(({ url, functions }) =>
        functions
          .flatMap(({ ranges }) => ranges.filter(({ count }) => count > 0))
          .map(({ startOffset, endOffset }) => `${url}:${startOffset}:${endOffset}`),
      )
      .filter((block) => !this.#reached.has(block));
  }

  keep(blocks: readonly string[]): void {
    for (const block of blocks) this.#reached.add(block);
  }

  close(): void {
    this.#session.disconnect();
  }

  /** On the same thread the inspector answers before `post` returns. */
  #read(): readonly Profiler.ScriptCoverage[] {
    let result: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error;
      result = answer.result;
    });
    return result;
  }
}
