import { atMost, context, type Row } from '../row.ts';
import { median, percentile, worst } from '../statistics.ts';

/** The worst is what the limit is for. */
export function worstOf(name: string, samples: readonly number[], limitMs: number): Row[] {
  return [
    context(`${name}, median of ${samples.length}`, median(samples), 'ms'),
    atMost(`${name}, worst`, worst(samples), 'ms', limitMs),
  ];
}

/** The 99th percentile is what the limit is for. */
export function p99Of(name: string, samples: readonly number[], limitMs: number): Row[] {
  return [
    context(`${name}, median of ${samples.length}`, median(samples), 'ms'),
    atMost(`${name}, p99`, percentile(samples, 0.99), 'ms', limitMs),
    context(`${name}, worst`, worst(samples), 'ms'),
  ];
}

export function sum(samples: readonly number[]): number {
  return samples.reduce((total, one) => total + one, 0);
}
