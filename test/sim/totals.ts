import type { RunResult } from './cluster.ts';

/** What many runs amount to. */
export class Totals {
  violations = 0;
  first: { readonly seed: number; readonly text: string } | null = null;
  readonly #faults: Record<string, number> = {};
  readonly #convergenceMs: number[] = [];
  #bytes = 0;
  #runs = 0;

  add(seed: number, result: RunResult): void {
    const [violation] = result.oracle.violations;
    if (violation) this.first ??= { seed, text: `${violation.invariant}: ${violation.text}` };
    this.violations += result.oracle.violations.length;
    for (const { kind } of result.faults) this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
    for (const ms of result.convergenceMs) this.#convergenceMs.push(ms);
    this.#bytes += result.bytesPerNodePerSecond;
    this.#runs++;
  }

  json(nodes: number): object {
    const sorted = this.#convergenceMs.toSorted((a, b) => a - b);
    return {
      nodes,
      seeds: this.#runs,
      violations: this.violations,
      firstViolation: this.first,
      convergenceMs: {
        p50: percentile(sorted, 0.5),
        p99: percentile(sorted, 0.99),
        max: percentile(sorted, 1),
      },
      bytesPerNodePerSecond: Math.round(this.#bytes / this.#runs),
      faults: this.#faults,
    };
  }

  text(nodes: number): string {
    const first = this.first ? `, first ${this.first.text} (--seed ${this.first.seed})` : '';
    return `${this.#runs} runs of ${nodes} nodes: ${this.violations} violations${first}`;
  }
}

function percentile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : Math.round(value * 10) / 10;
}
