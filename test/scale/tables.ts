import type { ConvergenceRow } from './convergence.ts';
import { deploymentTable } from './deployment.ts';
import { amount, count, duration, percent, table, trimmed } from './format.ts';
import type { Results } from './results.ts';
import type { Settings } from './settings.ts';
import type { Compared, ComparedTimes } from './validation.ts';

/** The tables of docs/SCALE.md, by the name in their markers. */
export function tablesOf(results: Results): Readonly<Record<string, string>> {
  const { convergence, options, validation } = results;
  return {
    time: timeTable(convergence),
    cost: costTable(convergence),
    options: optionsTable(options),
    validation: validationTable(validation),
    measured: measuredTable(results),
    deployment: deploymentTable(results),
  };
}

/** For a terminal. */
export function rowsAsText(rows: readonly ConvergenceRow[]): string {
  return `${timeTable(rows)}\n\n${costTable(rows)}`;
}

function timeTable(rows: readonly ConvergenceRow[]): string {
  return table(
    [
      'nodes',
      'medium',
      'loss',
      '50 %',
      '99 %',
      '**99.99 %**',
      'all: median, worst',
      'serf, 99.99 %',
    ],
    rows.map((row) => [
      ...nameOf(row),
      duration(row.p50Ms),
      duration(row.p99Ms),
      `**${duration(row.p9999Ms)}**`,
      `${duration(row.allMedianMs)}, ${duration(row.allWorstMs)}`,
      duration(row.serfP9999Ms),
    ]),
  );
}

function costTable(rows: readonly ConvergenceRow[]): string {
  return table(
    [
      ...['nodes', 'medium', 'loss', 'hops: mean, most', 'copies', 'by repair'],
      ...['a node sends', 'of it repair', 'the publisher sends'],
    ],
    rows.map((row) => [
      ...nameOf(row),
      `${trimmed(row.hopsMean)}, ${row.hopsMax}`,
      trimmed(row.copies),
      percent(row.repairedShare),
      amount(row.spreadBytes + row.repairBytes),
      amount(row.repairBytes),
      amount(row.publisherBytes),
    ]),
  );
}

function nameOf({ nodes, medium, loss }: ConvergenceRow): string[] {
  return [count(nodes), medium, percent(loss)];
}

/** Each row with its loss of 0 and its loss of 30 %. */
function optionsTable(rows: readonly ConvergenceRow[]): string {
  const lossless = rows.filter(({ loss }) => loss === 0);
  return table(
    [
      ...['nodes', 'medium', 'differs from production', '99.99 %', '… at 30 % loss'],
      ...['all, worst', '… at 30 % loss', 'copies', 'the publisher sends'],
    ],
    lossless.map((row) => {
      const lossy = rows.find((other) => isSameOption(row, other) && other.loss > 0) ?? row;
      return [
        ...[count(row.nodes), row.medium, differences(row)],
        ...[duration(row.p9999Ms), `**${duration(lossy.p9999Ms)}**`],
        ...[duration(row.allWorstMs), duration(lossy.allWorstMs)],
        ...[trimmed(row.copies), amount(row.publisherBytes)],
      ];
    }),
  );
}

function isSameOption(a: ConvergenceRow, b: ConvergenceRow): boolean {
  const key = ({ nodes, medium, links, settings }: ConvergenceRow) =>
    JSON.stringify([nodes, medium, links, settings]);
  return key(a) === key(b);
}

function differences({ links, settings }: ConvergenceRow): string {
  const names = Object.keys(settings) as (keyof Settings)[];
  const changed = names.map((name) => `\`${name}\` ${settings[name]}`);
  return [...changed, ...(links === null ? [] : [`${links} links a node`])].join(', ');
}

function validationTable(rows: readonly Compared[]): string {
  const figures = ({ deliveries, meanMs, p50Ms, p90Ms }: ComparedTimes) =>
    `${duration(meanMs)}, ${duration(p50Ms)}, ${duration(p90Ms)} (${count(deliveries)})`;
  return table(
    ['nodes', 'copies lost', 'other messages lost', 'production machines', 'model'],
    rows.map(({ nodes, spreadLoss, loss, machines, model }) => [
      ...[count(nodes), percent(spreadLoss), percent(loss), figures(machines), figures(model)],
    ]),
  );
}

function measuredTable({ measured }: Results): string {
  const { direct, gossipsub, linkKib, gossipMesh } = measured;
  return table(
    [measured.machine, 'measured'],
    [
      ['one copy over a direct link, both directions, without TCP and IP', `${direct.bytes} B`],
      ['one copy over gossipsub', `${gossipsub.bytes} B`],
      [
        'processor time of a copy over a direct link: sender, receiver',
        `${trimmed(direct.sendUs)}, ${trimmed(direct.receiveUs)} µs`,
      ],
      [
        'processor time of a copy over gossipsub: sender, receiver',
        `${trimmed(gossipsub.sendUs)}, ${trimmed(gossipsub.receiveUs)} µs`,
      ],
      ['heap and buffers of one end of a link', `${linkKib} KiB`],
      [
        `gossipsub's mesh, ${gossipMesh.nodes} nodes: neighbours, copies of an event`,
        `${trimmed(gossipMesh.meshDegree)}, ${trimmed(gossipMesh.copies)}`,
      ],
    ],
  );
}
