import { encodeHello, encodeMessage } from '@hearsay/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { agree, DIALECT, type Dialect } from '../src/dialect.js';
import { counted, deliverBothWays, startNode, stopAll } from './node.js';
import { hello, paddedTo } from './stranger.js';

afterEach(stopAll);

const UNKNOWN_KIND = Uint8Array.of((100 << 3) | 2 | 0x80, 6, 1, 0);

/**
 * The next minor release as an older one meets it: another version and feature, a field more in
 * every message, and a kind of frame that is new.
 */
function nextMinor(): Dialect {
  let frames = 0;
  const longer = (bytes: Uint8Array) => paddedTo(bytes.byteLength + 16, bytes);
  return {
    versionMin: 1,
    versionMax: 2,
    features: 0b11,
    encodeHello: (message) => longer(encodeHello(message)),
    encodeMessage: (message) =>
      message.kind !== 'events' && ++frames % 4 === 0
        ? UNKNOWN_KIND
        : longer(encodeMessage(message)),
  };
}

test.each([
  ['the current release dials', 'a', 'b'],
  ['the next release dials', 'b', 'a'],
])('a cluster of this release and the next delivers both ways (%s)', async (_, first) => {
  const dialects = { a: DIALECT, b: nextMinor() };
  const names = first === 'a' ? (['b', 'a'] as const) : (['a', 'b'] as const);
  const listener = await startNode(names[0], {}, { dialect: dialects[names[0]] });
  const options = { peers: [listener.address] };
  const dialler = await startNode(names[1], options, { dialect: dialects[names[1]] });
  const current = first === 'a' ? dialler : listener;
  for (let round = 0; round < 5; round++) await deliverBothWays(listener, dialler, `k${round}`);
  await counted(current, 'framesUnknown');
  for (const node of [listener, dialler]) {
    const { counters, peers } = node.inspect();
    expect(counters).toMatchObject({ framesInvalid: 0, admissionsRefused: 0 });
    expect(peers).toMatchObject([{ protocolVersion: 1 }]);
  }
});

test('a link says what both sides speak', async () => {
  const listener = await startNode('a', {}, { dialect: nextMinor() });
  const dialler = await startNode('b', { peers: [listener.address] }, { dialect: nextMinor() });
  await deliverBothWays(listener, dialler, 'k');
  expect(dialler.inspect().peers).toMatchObject([{ protocolVersion: 2 }]);
});

describe('two sides agree on', () => {
  const mine: Dialect = { ...DIALECT, versionMin: 2, versionMax: 4, features: 0x8000_0005 };
  test.each([
    [1, 2, 2],
    [1, 3, 3],
    [2, 4, 4],
    [4, 9, 4],
    [3, 3, 3],
  ])('versions %i to %i: %i', (versionMin, versionMax, version) => {
    expect(agree(mine, hello({ versionMin, versionMax }))).toMatchObject({ version });
  });

  test.each([
    [1, 1],
    [5, 9],
  ])('nothing in versions %i to %i, and say so', (versionMin, versionMax) => {
    expect(() => agree(mine, hello({ versionMin, versionMax }))).toThrow(/upgrade the older/);
  });

  test('the features that both have, the highest bit too', () => {
    expect(agree(mine, hello({ versionMax: 2, features: 0xf000_0004 })).features).toBe(0x8000_0004);
  });
});
