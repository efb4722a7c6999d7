import type { ConvergenceRow } from './convergence.ts';
import { amount, count, duration, percent } from './format.ts';
import { type LinePlot, linePlot, type Series, type Tick } from './plot.ts';
import type { Results } from './results.ts';
import type { ModelMedium } from './scenario.ts';
import type { SteadyRow } from './steady.ts';
import { DENSER, DEPLOYMENT_NODES, EVENTS_PER_SECOND, LOSSES, STUDY_NODES } from './study.ts';

const MEDIA: readonly ModelMedium[] = ['direct', 'gossipsub'];

/** The plots of docs/SCALE.md, by file name. */
export function figuresOf({
  convergence,
  options,
  steady,
}: Results): Readonly<Record<string, string>> {
  return {
    'time.svg': linePlot(timePlot(convergence, options, 0)),
    'time-lossy.svg': linePlot(timePlot(convergence, options, LOSSES[1])),
    'copies.svg': linePlot(copiesPlot(convergence)),
    'traffic.svg': linePlot(trafficPlot(steady)),
  };
}

function timePlot(
  rows: readonly ConvergenceRow[],
  options: readonly ConvergenceRow[],
  loss: number,
): LinePlot {
  const of = rows.filter((row) => row.loss === loss);
  const denser = options.filter(
    (row) =>
      row.loss === loss &&
      row.links === null &&
      JSON.stringify(row.settings) === JSON.stringify(DENSER),
  );
  return {
    title: `Until 99.99 % of the deliveries are made, ${percent(loss)} of all messages lost`,
    xLabel: 'nodes',
    yLabel: 'time',
    xTicks: sizes(STUDY_NODES),
    yTicks: [10, 100, 1_000, 10_000, 100_000].map((at) => ({ at, text: duration(at) })),
    series: [
      ...MEDIA.map((medium) =>
        series(
          medium,
          medium,
          false,
          of.filter((row) => row.medium === medium),
          (row) => row.p9999Ms,
        ),
      ),
      series('gossipsub, D 8, Dlo 6', 'gossipsub', true, denser, (row) => row.p9999Ms),
      series(
        "serf's formula",
        'other',
        true,
        of.filter((row) => row.medium === 'direct'),
        (row) => row.serfP9999Ms,
      ),
    ],
  };
}

function copiesPlot(rows: readonly ConvergenceRow[]): LinePlot {
  return {
    title: 'Copies of an event that a node receives',
    xLabel: 'nodes',
    yLabel: 'copies',
    xTicks: sizes(STUDY_NODES),
    yTicks: [1, 2, 5, 10, 20].map((at) => ({ at, text: String(at) })),
    series: MEDIA.flatMap((medium) =>
      LOSSES.map((loss) =>
        series(
          `${medium}, ${percent(loss)} lost`,
          medium,
          loss > 0,
          rows.filter((row) => row.medium === medium && row.loss === loss),
          ({ copies }) => copies,
        ),
      ),
    ),
  };
}

function trafficPlot(rows: readonly SteadyRow[]): LinePlot {
  const all = (row: SteadyRow) =>
    row.spreadBytesPerSecond +
    row.digestBytesPerSecond +
    row.comparisonBytesPerSecond +
    row.pullBytesPerSecond;
  const at = (medium: ModelMedium, rate: number) =>
    rows.filter((row) => row.medium === medium && row.eventsPerSecond === rate);
  return {
    title: 'What a node sends on average, on the wire, without tables of members',
    xLabel: 'nodes',
    yLabel: 'bytes a second',
    xTicks: sizes(DEPLOYMENT_NODES),
    yTicks: [1_000, 10_000, 100_000, 1_000_000].map((at) => ({ at, text: amount(at) })),
    series: [
      series('idle', 'other', true, at('direct', 0), all),
      ...MEDIA.map((medium) =>
        series(`${medium}, 100 events/s`, medium, false, at(medium, EVENTS_PER_SECOND), all),
      ),
    ],
  };
}

function sizes(all: readonly number[]): Tick[] {
  return all.map((at) => ({ at, text: count(at) }));
}

function series<Row extends { readonly nodes: number }>(
  name: string,
  medium: ModelMedium | 'other',
  isDashed: boolean,
  rows: readonly Row[],
  y: (row: Row) => number,
): Series {
  const tone = { direct: 'first', gossipsub: 'second', other: 'other' } as const;
  const points = rows.map((row) => ({ x: row.nodes, y: y(row) }));
  return { name, tone: tone[medium], isDashed, points };
}
