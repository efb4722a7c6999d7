import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

describe('the options', () => {
  test('have defaults', () => {
    expect(parseOptions([])).toEqual({
      kind: 'run',
      options: { nodes: 5, seconds: 20, seed: 1, json: false, without: 'nothing', keep: false },
    });
  });

  test.each([
    ['--nodes', 3, 10],
    ['--seconds', 8, 600],
    ['--seed', 0, 4_294_967_295],
  ])('%s is from %d to %d, and nothing else', (name, min, max) => {
    for (const good of [min, max])
      expect(parseOptions([name, String(good)])).toMatchObject({ kind: 'run' });
    for (const bad of [min - 1, max + 1, `${min}.5`, `0x${max}`, '', 'x', '1e3']) {
      const parsed = parseOptions([`${name}=${bad}`]);
      expect(parsed).toMatchObject({ kind: 'invalid' });
      expect(parsed).toHaveProperty('message', expect.stringMatching(new RegExp(`^${name}.*$`)));
    }
  });

  test.each([['--what'], ['extra'], ['--without', 'everything'], ['--nodes'], ['--json=1']])(
    'refuse %s in one line',
    (...argv) => {
      const parsed = parseOptions(argv);
      expect(parsed).toMatchObject({ kind: 'invalid' });
      expect(parsed).toHaveProperty('message', expect.not.stringContaining('\n'));
    },
  );

  test('--help wins', () => {
    expect(parseOptions(['--help'])).toEqual({ kind: 'help' });
  });
});
