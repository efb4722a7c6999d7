import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convergence, defaultRuns } from './convergence.ts';
import { documentOf } from './document.ts';
import { readResults } from './results.ts';
import { PRODUCTION } from './settings.ts';
import { steady } from './steady.ts';

/** Where one fails: `npm run sim -- scale --write`. */
describe('docs/SCALE.md', () => {
  const results = readResults();

  test.each([...documentOf(results)])('%s shows the committed figures', (path, text) => {
    expect(readFileSync(path, 'utf8'), basename(path)).toBe(text);
  });

  test('its figures were taken with the settings that production has now', () => {
    expect(results.settings).toEqual(PRODUCTION);
  });

  test('its figures are those of this model', () => {
    const row = results.convergence.find(
      ({ nodes, medium, loss }) => nodes === 100 && medium === 'gossipsub' && loss > 0,
    );
    if (!row) throw new Error('the figures of 100 nodes are missing');
    expect(convergence(row, defaultRuns(100), 1)).toEqual(row);
    for (const one of results.steady.filter(({ nodes }) => nodes === 5))
      expect(steady(one, one.seconds, 1)).toEqual(one);
  });
});
