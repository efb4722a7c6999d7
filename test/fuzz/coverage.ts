import { type Profiler, Session } from 'node:inspector';

/**
 * Which blocks of code have run, as V8 counts them. A take costs milliseconds, so it is for batches
 * of inputs. Source: V8's precise block coverage, through the inspector protocol.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #covers: (url: string) => boolean;
  /** By URL: where blocks begin, as far as any take has told. */
  readonly #begins = new Map<string, Set<number>>();
  readonly #reached = new Set<string>();

  /** @param covers whether the code of this URL counts */
  constructor(covers: (url: string) => boolean) {
    this.#covers = covers;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    this.take();
  }

  /** How many different blocks were kept. */
  get blocks(): number {
    return this.#reached.size;
  }

  /** @returns the blocks that ran since the last take and are not kept yet */
  take(): readonly string[] {
    return this.#read()
      .filter(({ url }) => this.#covers(url))
      .flatMap(({ url, functions }) =>
        this.#run(url, functions)
          .map((begin) => `${url}:${begin}`)
          .filter((block) => !this.#reached.has(block)),
      );
  }

  keep(blocks: readonly string[]): void {
    for (const block of blocks) this.#reached.add(block);
  }

  close(): void {
    this.#session.disconnect();
  }

  /**
   * V8 tells a block apart only where its count differs from what surrounds it, so a block is looked
   * for wherever one ever began or ended.
   */
  #run(url: string, functions: readonly Profiler.FunctionCoverage[]): number[] {
    const ranges = functions
      .flatMap((one) => one.ranges)
      .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
    const begins = this.#begins.get(url) ?? new Set();
    this.#begins.set(url, begins);
    for (const { startOffset, endOffset } of ranges) begins.add(startOffset).add(endOffset);
    return [...begins].sort((a, b) => a - b).filter(isIn(ranges));
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

/**
 * @param ranges properly nested, the outer before the inner
 * @returns whether the innermost range around an offset ran; to be asked for ascending offsets
 */
function isIn(ranges: readonly Profiler.CoverageRange[]): (offset: number) => boolean {
  const open: Profiler.CoverageRange[] = [];
  let next = 0;
  return (offset) => {
    for (let range = ranges[next]; range && range.startOffset <= offset; range = ranges[++next]) {
      close(range.startOffset);
      open.push(range);
    }
    close(offset);
    return (open.at(-1)?.count ?? 0) > 0;
  };

  function close(offset: number): void {
    while ((open.at(-1)?.endOffset ?? Number.POSITIVE_INFINITY) <= offset) open.pop();
  }
}
