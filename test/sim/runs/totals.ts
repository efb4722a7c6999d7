import type { Repair } from '../measures.ts';
import type { Outcome, Task } from './outcome.ts';
import { replayOf } from './replay.ts';

interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface FirstViolation {
  readonly seed: number;
  readonly broken: string;
  readonly node: string;
  readonly atMs: number;
  readonly text: string;
  readonly replay: string;
}

/** A cluster that loses more of its frames is not called connected. */
const CONNECTED_PERCENT = 10;
/** Up to these repairs are told apart. */
const LOSS_PERCENTS = [2, 5, 10, 20, 30];

/** What many runs amount to. */
export class Totals {
  violations = 0;
  runs = 0;
  /** Of the lowest seed that has one. */
  first: FirstViolation | null = null;
  readonly reached: Record<string, number> = {};
  readonly faults: Record<string, number> = {};
  readonly #task: Omit<Task, 'seed'>;
  readonly #convergenceMs: number[] = [];
  readonly #repairs: Repair[] = [];
  #digestBytes = 0;

  constructor(task: Omit<Task, 'seed'>) {
    this.#task = task;
  }

  add(outcome: Outcome): void {
    this.runs += 1;
    this.violations += outcome.violationCount;
    this.#digestBytes += outcome.digestBytesPerNodePerSecond;
    for (const ms of outcome.convergenceMs) this.#convergenceMs.push(ms);
    for (const repair of outcome.repairs) this.#repairs.push(repair);
    addTo(this.faults, outcome.faults);
    addTo(this.reached, outcome.reached);
    const { seed } = outcome;
    const [violation] = outcome.violations;
    if (!violation || (this.first && this.first.seed < seed)) return;
    this.first = { seed, ...violation, replay: replayOf({ ...this.#task, seed }) };
  }

  json(): object {
    return {
      nodes: this.#task.plan.nodes ?? '5-20',
      seeds: this.runs,
      violations: this.violations,
      firstViolation: this.first,
      convergenceMs: percentiles(this.#convergenceMs),
      repairMs: this.#repairMs(0, CONNECTED_PERCENT),
      repairMsByLoss: this.#repairsByLoss(),
      digestBytesPerNodePerSecond: Math.round(this.#digestBytes / Math.max(1, this.runs)),
      reads: {
        all: this.reached['reads'] ?? 0,
        bounded: this.reached['reads, bounded'] ?? 0,
        strict: this.reached['reads, strict'] ?? 0,
      },
      faults: this.faults,
    };
  }

  #repairsByLoss(): Record<string, Percentiles> {
    return Object.fromEntries(
      LOSS_PERCENTS.map((to, i) => {
        const from = LOSS_PERCENTS[i - 1] ?? 0;
        return [`${from}-${to}%`, this.#repairMs(from, to)];
      }),
    );
  }

  /** @param from of the frames are lost, or more; percent */
  #repairMs(from: number, to: number): Percentiles {
    const isInside = ({ lossRate }: Repair) => lossRate > from / 100 && lossRate <= to / 100;
    return percentiles(this.#repairs.filter(isInside).map(({ ms }) => ms));
  }

  text(): string {
    const { p50, p99, max } = percentiles(this.#convergenceMs);
    const repair = this.#repairMs(0, CONNECTED_PERCENT);
    const first = this.first
      ? `first ${this.first.broken}, ${this.first.node} ${this.first.text}\n  ${this.first.replay}`
      : 'no invariant is broken';
    return [
      `${this.runs} runs of ${this.#task.plan.nodes ?? '5 to 20'} nodes: ${this.violations} violations; ${first}`,
      `a commit reaches everyone in ${p50} ms (p50), ${p99} (p99), ${max} at most`,
      `a lost event is repaired in ${repair.p50} ms (p50), ${repair.p99} (p99), ${repair.max} at most`,
      `digests at rest: ${Math.round(this.#digestBytes / Math.max(1, this.runs))} bytes a second from each node`,
    ].join('\n');
  }
}

function addTo(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? null : Math.round(value * 10) / 10;
  };
  return { count: values.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
