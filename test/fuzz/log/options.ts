import { parseArgs } from 'node:util';
import { DATABASES, type DatabaseName } from './stage/stage.ts';

export interface LogFuzzOptions {
  /** On each database; 10 … 10,000,000. */
  readonly commits: number;
  readonly databases: readonly DatabaseName[];
  readonly seed: number;
  /** Processes, 1 … 16. */
  readonly writers: number;
  /** Processes, 1 … 16, beside the naive one. */
  readonly readers: number;
  /** What the readers follow: the log, or numbers. */
  readonly reader: 'log' | 'naive';
  readonly json: boolean;
}

export const HELP = `Writes to the version log from several processes, breaks them, and looks whether a reader misses anything.

  npm run fuzz -- log [options]

  --commits <10-10000000>  on each database                     (default 100000)
  --database <name>        all, ${DATABASES.join(', ')}   (default all)
  --seed <0-4294967295>    makes the same transactions again     (default: a random one)
  --writers <1-16>         processes that write                  (default 4)
  --readers <1-16>         processes that read                   (default 4)
  --reader <log|naive>     naive: id > last in place of the log  (default log)
  --json                   print one JSON object as the last line of stdout
  --help

Exit code 0: nothing lost. 1: something was. 2: an option is wrong, or a database is not there. 130: interrupted.`;

/** @returns `undefined` where help is asked for. @throws {Error} an option is wrong */
export function optionsOf(argv: readonly string[]): LogFuzzOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      commits: { type: 'string', default: '100000' },
      database: { type: 'string', default: 'all' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      writers: { type: 'string', default: '4' },
      readers: { type: 'string', default: '4' },
      reader: { type: 'string', default: 'log' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    commits: integer('--commits', values.commits, 10, 10_000_000),
    databases: databasesOf(values.database),
    seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    writers: integer('--writers', values.writers, 1, 16),
    readers: integer('--readers', values.readers, 1, 16),
    reader: readerOf(values.reader),
    json: values.json,
  };
}

function databasesOf(text: string): readonly DatabaseName[] {
  if (text === 'all') return DATABASES;
  const found = DATABASES.find((name) => name === text);
  if (found) return [found];
  throw new Error(`--database is "${text}": use all, ${DATABASES.join(', ')}`);
}

function readerOf(text: string): 'log' | 'naive' {
  if (text === 'log' || text === 'naive') return text;
  throw new Error(`--reader is "${text}": use log or naive`);
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}": use a whole number from ${min} to ${max}`);
}
