import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/** A block of compiled code that never ran. */
export interface Unreached {
  readonly file: string;
  readonly line: number;
  readonly in: string;
  readonly code: string;
}

export interface Branches {
  readonly functions: number;
  readonly functionsReached: number;
  readonly unreached: readonly Unreached[];
}

/** Which code of the packages ran, by V8's precise block coverage. Slows everything down. */
export class BranchCounter {
  readonly #session = new Session();
  readonly #folders: readonly string[];

  /** @param folders parts of the URLs of the code that counts */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Counting ends with it. */
  take(): Branches {
    const scripts = this.#read().filter(({ url }) =>
      this.#folders.some((one) => url.includes(one)),
    );
    this.#session.disconnect();
    const functions = scripts.flatMap((script) => script.functions);
    const isReached = ({ ranges }: Profiler.FunctionCoverage) => (ranges[0]?.count ?? 0) > 0;
    return {
      functions: functions.length,
      functionsReached: functions.filter(isReached).length,
      unreached: scripts.flatMap(unreachedIn),
    };
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

function unreachedIn({ url, functions }: Profiler.ScriptCoverage): Unreached[] {
  const source = readFileSync(fileURLToPath(url), 'utf8');
  const file = url.slice(url.indexOf('packages/'));
  return functions.flatMap(({ functionName, ranges }) =>
    outermost(ranges.filter(({ count }) => count === 0)).map(({ startOffset }) => {
      const before = source.slice(0, startOffset);
      const line = before.split('\n').length;
      const code = (source.split('\n')[line - 1] ?? '').trim();
      return { file, line, in: functionName, code };
    }),
  );
}

function outermost(ranges: readonly Profiler.CoverageRange[]): Profiler.CoverageRange[] {
  return ranges.filter(
    (one) =>
      !ranges.some(
        (other) =>
          other !== one && other.startOffset <= one.startOffset && one.endOffset <= other.endOffset,
      ),
  );
}
