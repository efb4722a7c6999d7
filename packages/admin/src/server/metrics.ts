import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AdminNode } from '../port.js';
import type { HistogramsReply, HistogramView } from '../shapes/histograms.js';
import type { ProcessFigures } from './process-figures.js';
import { type Sample, type StreamFigures, samplesOf } from './samples.js';

const STALENESS_EVERY_MS = 1_000;
const CONVERGENCE_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STALENESS_SECONDS = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60];

/** What Prometheus scrapes: read from the node when it is asked for, save the histograms. */
export class Metrics {
  readonly #node: AdminNode;
  readonly #process: ProcessFigures;
  readonly #stream: StreamFigures;
  readonly #registry = new Registry();
  readonly #metrics = new Map<string, Gauge | Counter>();
  readonly #convergence: Histogram;
  readonly #convergenceTimeouts: Counter;
  readonly #staleness: Histogram;
  readonly #timer: NodeJS.Timeout;

  constructor(node: AdminNode, process: ProcessFigures, stream: StreamFigures) {
    this.#node = node;
    this.#process = process;
    this.#stream = stream;
    const registers = [this.#registry];
    this.#convergence = new Histogram({
      name: 'hearsay_convergence_seconds',
      help: 'From a commit here until another member has answered that it is applied there. Sampled.',
      buckets: CONVERGENCE_SECONDS,
      registers,
    });
    this.#convergenceTimeouts = new Counter({
      name: 'hearsay_convergence_timeouts_total',
      help: 'Samples of convergence that a member had not applied after 10 s.',
      registers,
    });
    this.#staleness = new Histogram({
      name: 'hearsay_staleness_seconds',
      help: 'Age of the proof of each scope that has one, sampled once a second.',
      buckets: STALENESS_SECONDS,
      registers,
    });
    this.#timer = setInterval(() => this.#sampleStaleness(), STALENESS_EVERY_MS);
    this.#timer.unref();
  }

  observeConvergence(ms: number | 'not-in-time'): void {
    if (ms === 'not-in-time') this.#convergenceTimeouts.inc();
    else this.#convergence.observe(ms / 1000);
  }

  /** @returns Prometheus' text format */
  async text(): Promise<string> {
    for (const sample of samplesOf(this.#node, this.#process.view(), this.#stream))
      this.#set(sample);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async histograms(): Promise<HistogramsReply> {
    return {
      convergence: await viewOf(this.#convergence),
      staleness: await viewOf(this.#staleness),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sampleStaleness(): void {
    for (const { freshForMs } of this.#node.state().scopes)
      if (Number.isFinite(freshForMs)) this.#staleness.observe(freshForMs / 1000);
  }

  /** Counters were counted elsewhere: each starts anew and counts up to there. */
  #set({ kind, name, help, label, values }: Sample): void {
    let metric = this.#metrics.get(name);
    if (!metric) {
      const labelNames = label === undefined ? [] : [label];
      const options = { name, help, labelNames, registers: [this.#registry] };
      metric = kind === 'gauge' ? new Gauge(options) : new Counter(options);
      this.#metrics.set(name, metric);
    }
    metric.reset();
    for (const [of, value] of values) metric.inc(label === undefined ? {} : { [label]: of }, value);
  }
}

async function viewOf(histogram: Histogram): Promise<HistogramView> {
  const { values } = await histogram.get();
  const view: HistogramView = { buckets: [], count: 0, sum: 0 };
  for (const { metricName, labels, value } of values) {
    if (metricName?.endsWith('_sum')) view.sum = value;
    else if (metricName?.endsWith('_count')) view.count = value;
    else {
      const { le } = labels as { readonly le?: unknown };
      view.buckets.push({ le: typeof le === 'number' ? le : null, count: value });
    }
  }
  return view;
}
