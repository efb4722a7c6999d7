import { expect, test } from 'vitest';
import { nowUs } from '../demo/clock.ts';
import { FaultRecord } from './fault-record.ts';

test('a violation is shown with what led to it and with what was done before, and no more', () => {
  const lines: string[] = [];
  const record = new FaultRecord((line) => lines.push(line));
  record.note('isolate node n1');
  const atUs = nowUs();
  const violation = { invariant: 'B', node: 'n2', atUs, what: 'stale' } as const;
  record.show({ violation, trail: ['a drop'] });
  expect(lines).toHaveLength(5);
  const told = lines[0] ?? '';
  expect(told).toMatch(/^[\d.]+ s \(\+[\d.]+ s\) isolate node n1$/);
  expect(lines.slice(1)).toEqual([
    'VIOLATION of B on n2: stale',
    '    a drop',
    '    what was done:',
    `      ${told}`,
  ]);
  lines.length = 0;
  record.show({ violation: { ...violation, atUs: atUs - 60_000_000 }, trail: [] });
  expect(lines.at(-1)).toBe('    what was done: nothing');
});
