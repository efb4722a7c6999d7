import { describe, expect, test } from 'vitest';
import { Deliveries, percentile } from './deliveries.ts';

const WITHIN_US = 5_000_000;
const LATER_US = 100_000_000;

/** Nodes 0 and 1 live since 0; version 1 of `s`, written by node 0, was acknowledged at 1,000. */
function twoNodes(): Deliveries {
  const deliveries = new Deliveries();
  deliveries.began({ node: 0, epoch: 'a', readyUs: 0 });
  deliveries.began({ node: 1, epoch: 'b', readyUs: 0 });
  deliveries.acknowledged({ scope: 's', version: 1, ackUs: 1_000, writer: 0 });
  deliveries.logged('s', 1);
  deliveries.appliedThrough('a', 's', 1, 900);
  return deliveries;
}

describe('lost writes', () => {
  test('a write that a live node never applies is lost, once it is time', () => {
    const deliveries = twoNodes();
    expect(deliveries.losses(1_000 + WITHIN_US - 1, WITHIN_US)).toEqual([]);
    expect(deliveries.losses(1_000 + WITHIN_US, WITHIN_US)).toMatchObject([
      { node: 1, version: 1, appliedUs: undefined },
    ]);
  });

  test('a write that a live node applies too late is lost', () => {
    const deliveries = twoNodes();
    deliveries.appliedThrough('b', 's', 1, 1_000 + WITHIN_US + 1);
    expect(deliveries.losses(LATER_US, WITHIN_US)).toHaveLength(1);
  });

  test('a write applied in time, or by way of a later version, is not lost', () => {
    const deliveries = twoNodes();
    deliveries.appliedThrough('b', 's', 3, 1_000 + WITHIN_US);
    expect(deliveries.losses(LATER_US, WITHIN_US)).toEqual([]);
  });

  test('a node that died within the time owes nothing; its next life does, from its start', () => {
    const deliveries = twoNodes();
    deliveries.ended(1, WITHIN_US);
    expect(deliveries.losses(LATER_US, WITHIN_US)).toEqual([]);
    deliveries.began({ node: 1, epoch: 'c', readyUs: 8_000_000 });
    expect(deliveries.losses(8_000_000 + WITHIN_US - 1, WITHIN_US)).toEqual([]);
    expect(deliveries.losses(8_000_000 + WITHIN_US, WITHIN_US)).toMatchObject([{ node: 1 }]);
  });

  test('a write that only the log knows of counts from the next acknowledgement', () => {
    const deliveries = twoNodes();
    deliveries.logged('s', 3);
    deliveries.acknowledged({ scope: 's', version: 3, ackUs: 9_000, writer: 1 });
    expect(deliveries.commits(LATER_US)[1]).toEqual({
      scope: 's',
      version: 2,
      ackUs: 9_000,
      writer: undefined,
    });
    const lost = deliveries.losses(LATER_US, WITHIN_US).map(({ version }) => version);
    expect(new Set(lost)).toEqual(new Set([1, 2, 3]));
  });
});

describe('convergence', () => {
  test('runs from the acknowledgement to the last live node', () => {
    const deliveries = twoNodes();
    deliveries.appliedThrough('b', 's', 1, 3_500);
    expect(deliveries.convergenceUs([], LATER_US)).toEqual([2_500]);
  });

  test('leaves out what a disturbance touches', () => {
    const deliveries = twoNodes();
    deliveries.appliedThrough('b', 's', 1, 3_500);
    expect(deliveries.convergenceUs([{ fromUs: 3_500, untilUs: 9_000 }], LATER_US)).toEqual([]);
    expect(deliveries.convergenceUs([{ fromUs: 0, untilUs: 1_000 }], LATER_US)).toEqual([]);
    expect(deliveries.convergenceUs([{ fromUs: 3_501, untilUs: 9_000 }], LATER_US)).toEqual([
      2_500,
    ]);
  });

  test('does not wait for nodes that were not there', () => {
    const deliveries = twoNodes();
    deliveries.ended(1, 999);
    deliveries.began({ node: 2, epoch: 'd', readyUs: 1_001 });
    expect(deliveries.convergenceUs([], LATER_US)).toEqual([0]);
  });
});

describe('catching up', () => {
  test("counts others' writes that were acknowledged while cut off", () => {
    const deliveries = twoNodes();
    deliveries.logged('s', 3);
    deliveries.acknowledged({ scope: 's', version: 2, ackUs: 2_000, writer: 1 });
    deliveries.acknowledged({ scope: 's', version: 3, ackUs: 5_000, writer: 0 });
    deliveries.appliedThrough('b', 's', 3, 6_000);
    expect(deliveries.catchUpUs(1, 1_000, 5_000)).toEqual([5_000]);
    expect(deliveries.catchUpUs(1, 1_001, 5_001)).toEqual([1_000]);
  });
});

test('a percentile is the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([], 0.5)).toBeUndefined();
});
