import { describe, expect, test } from 'vitest';
import { type ChaosOptions, HELP, parseOptions } from './options.ts';

function accepted(...argv: string[]): ChaosOptions {
  const parsed = parseOptions(argv);
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

function refusal(...argv: string[]): string {
  const parsed = parseOptions(argv);
  if (parsed.kind !== 'invalid') throw new Error(`accepted: ${JSON.stringify(parsed)}`);
  return parsed.message;
}

describe('options', () => {
  test('are these when none is given', () => {
    expect(accepted()).toEqual({
      ...{ minutes: 10, nodes: 5, seed: 1, database: 'sqlite' },
      ...{ strict: false, json: false, sabotage: false, keep: false },
    });
  });

  test.each([
    ['--minutes', '0.1', '60', '0.099', '60.001'],
    ['--nodes', '3', '10', '2', '11'],
    ['--seed', '0', '4294967295', '-1', '4294967296'],
  ])('%s is from %s to %s', (name, min, max, below, above) => {
    for (const value of [min, max])
      expect(Object.values(accepted(`${name}=${value}`))).toContain(Number(value));
    for (const value of [below, above, '', 'x', '1e1', ' 7'])
      expect(refusal(`${name}=${value}`)).toMatch(new RegExp(`^${name} is ".*": use a .+ from`));
  });

  test('--nodes and --seed are whole numbers', () => {
    expect(refusal('--nodes', '3.5')).toBe(
      '--nodes is "3.5": use a whole number from 3 to 10 (see --help)',
    );
  });

  test('an unknown database or option is refused in one line', () => {
    expect(refusal('--database', 'oracle')).toMatch(/^--database is "oracle": use sqlite/);
    expect(refusal('--reads', '7')).not.toContain('\n');
    expect(refusal('7')).not.toContain('\n');
  });

  test('--help names every option', () => {
    expect(parseOptions(['--help'])).toEqual({ kind: 'help' });
    for (const name of Object.keys(accepted())) expect(HELP).toContain(`--${name}`);
  });
});
