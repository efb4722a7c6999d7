import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMPARISON_SETTINGS, GOSSIPSUB_SETTINGS } from './settings.ts';

const root = join(import.meta.dirname, '..', '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** What production keeps to itself is read from its source. */
function constant(source: string, name: string): number {
  const text = new RegExp(`const ${name} = ([\\d._]+);`).exec(source)?.[1];
  return Number(text?.replaceAll('_', ''));
}

test("the model compares as production's anti-entropy does", () => {
  const antiEntropy = read('packages/protocol/src/mesh/anti-entropy.ts');
  const vector = read('packages/protocol/src/mesh/version-vector.ts');
  expect(COMPARISON_SETTINGS).toEqual({
    hotMs: constant(vector, 'HOT_MS'),
    patienceMin: constant(antiEntropy, 'PATIENCE_MIN'),
    patienceMax: constant(antiEntropy, 'PATIENCE_MAX'),
    beginEveryMs: constant(antiEntropy, 'BEGIN_EVERY_MS'),
    cellsMin: constant(antiEntropy, 'CELLS_MIN'),
    cellsGrowth: constant(antiEntropy, 'CELLS_GROWTH'),
    wholeEveryMs: constant(antiEntropy, 'WHOLE_EVERY_MS'),
  });
});

test("the model's gossipsub is the library's, with the options of production", () => {
  const library = read('node_modules/@libp2p/gossipsub/dist/src/constants.js');
  const options = /gossipsub\(\{(.*?)\}\)\(/s.exec(
    read('packages/mesh/src/gossipsub-medium.ts'),
  )?.[1];
  const option = (name: string, otherwise: number) => {
    const text = new RegExp(`\\b${name}: (\\w+)`).exec(options ?? '')?.[1];
    if (text === undefined) return otherwise;
    return text === 'true' ? 1 : text === 'false' ? 0 : Number(text.replaceAll('_', ''));
  };
  const ofLibrary = (name: string) => constant(library, `Gossipsub${name}`);
  expect(options).toBeDefined();
  expect(GOSSIPSUB_SETTINGS).toEqual({
    D: option('D', ofLibrary('D')),
    Dlo: option('Dlo', ofLibrary('Dlo')),
    Dhi: option('Dhi', ofLibrary('Dhi')),
    Dscore: option('Dscore', ofLibrary('Dscore')),
    Dout: option('Dout', ofLibrary('Dout')),
    floodPublish: option('floodPublish', 1),
    gossipHeartbeatMs: option('heartbeatInterval', constant(library, 'second')),
    mcacheGossip: option('mcacheGossip', ofLibrary('HistoryGossip')),
    mcacheLength: option('mcacheLength', ofLibrary('HistoryLength')),
    Dlazy: option('Dlazy', ofLibrary('Dlazy')),
    gossipFactor: option('gossipFactor', ofLibrary('GossipFactor')),
  });
});
