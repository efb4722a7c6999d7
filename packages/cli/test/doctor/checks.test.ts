import type { FaultsReply, StatusReply } from '@hearsay/admin';
import { describe, expect, test } from 'vitest';
import { gapChecks, memberChecks, processChecks, protocolChecks } from '../../src/doctor/checks.js';
import type { Checked } from '../../src/doctor/finding.js';

/** What only other releases, old machines or long partitions show; the rest is tested on real nodes. */
const WELL = {
  coherence: 'coherent',
  counters: { resetsByClockJump: 0 },
  transportCounters: {},
  links: [],
  process: { nodeVersion: '22.13.0', eventLoopDelayMs: { p50: 1, p99: 250, max: 251 } },
} as unknown as StatusReply;

function statusWith(changed: object): StatusReply {
  return { ...WELL, ...changed };
}

function verdicts(found: readonly Checked[]): Record<string, string> {
  for (const { verdict, fix } of found) expect(fix === '').toBe(verdict === 'ok');
  return Object.fromEntries(found.map(({ check, verdict }) => [check, verdict]));
}

describe('the process', () => {
  const withNode = (nodeVersion: string, p99 = 0) =>
    statusWith({ process: { nodeVersion, eventLoopDelayMs: { p50: 0, p99, max: p99 } } });

  test('is well at the limits', () => {
    expect(new Set(Object.values(verdicts(processChecks(WELL))))).toEqual(new Set(['ok']));
  });

  test.each(['22.12.9', '20.19.0', '9.0.0'])('Node %s is too old', (version) => {
    expect(verdicts(processChecks(withNode(version)))['Node version']).toBe('fault');
  });

  test('its event loop may be late by so much, and no more', () => {
    expect(verdicts(processChecks(withNode('24.0.0', 250.1)))['event loop']).toBe('warning');
  });
});

describe('the protocol', () => {
  const links = (...versions: (number | null)[]) =>
    statusWith({
      links: versions.map((protocolVersion, index) => ({ node: `n${index}`, protocolVersion })),
    });

  test('is well with one version, with none and without links', () => {
    for (const status of [links(2, 2), links(null), links()])
      expect(verdicts(protocolChecks(status))['one version on all links']).toBe('ok');
  });

  test('names those of the oldest version', () => {
    const [found] = protocolChecks(links(2, 1, 2));
    expect(found).toMatchObject({ verdict: 'warning', detail: '1, 2: n1' });
  });

  test('a refused version is a fault', () => {
    const status = statusWith({ transportCounters: { admissionsRefusedVersion: 1 } });
    expect(verdicts(protocolChecks(status))['nobody is too old or too new']).toBe('fault');
  });
});

test('a name that two processes want is a warning', () => {
  const status = statusWith({ transportCounters: { admissionsRefusedName: 1 } });
  const found = memberChecks({ viewHash: null, members: [] }, status);
  expect(verdicts(found)['names are unique']).toBe('warning');
});

test('gaps, overflows and faults are warnings, each by itself', () => {
  const none: FaultsReply = { faults: [] };
  expect(new Set(Object.values(verdicts(gapChecks(WELL, none))))).toEqual(new Set(['ok']));
  const gap = statusWith({ transportCounters: { gaps: 2 } });
  expect(verdicts(gapChecks(gap, none))).toMatchObject({
    'gaps since the start': 'warning',
    'everyone keeps up': 'ok',
  });
  const overflow = statusWith({ transportCounters: { sendQueueOverflows: 1 } });
  expect(verdicts(gapChecks(overflow, none))['everyone keeps up']).toBe('warning');
  const faults: FaultsReply = { faults: [{ atMs: 0, kind: 'gap', text: 'lost' }] };
  expect(gapChecks(WELL, faults)[2]).toMatchObject({
    verdict: 'warning',
    detail: '1, the newest: lost',
  });
});
