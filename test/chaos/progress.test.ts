import { expect, test } from 'vitest';
import { renderProgress } from './progress.ts';

const progress = {
  ...{ phase: 'round 2 of 10', elapsedMs: 83_400, faults: ['freeze', 'split'] },
  ...{ reads: 1_234, writes: 56, violations: 0 },
};

test('one line says how far the run is, what is being done and what was found', () => {
  expect(renderProgress(progress)).toBe(
    '1:23 round 2 of 10 · no violation · 1,234 reads · 56 writes · freeze split',
  );
  expect(renderProgress({ ...progress, violations: 7, faults: [] })).toBe(
    '1:23 round 2 of 10 · 7 VIOLATIONS · 1,234 reads · 56 writes · no fault',
  );
});
