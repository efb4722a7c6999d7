import { describe, expect, test } from 'vitest';
import { parseCommand } from './options.ts';
import { SEND_US } from './settings.ts';

describe('the command line', () => {
  test('asks for all sizes, both media and both losses by default', () => {
    expect(parseCommand([])).toEqual({
      ...{ kind: 'run', nodes: [100, 1_000, 10_000], media: ['direct', 'gossipsub'] },
      ...{ losses: [0, 0.3], linkMs: 50, links: null, sendUs: SEND_US, settings: {} },
      ...{ runs: undefined, seed: 1, json: false },
    });
  });

  test('takes settings by their names', () => {
    expect(parseCommand(['--set', 'D=8,Dlo=6'])).toMatchObject({ settings: { D: 8, Dlo: 6 } });
  });

  test.each([
    [['--nodes', '2']],
    [['--nodes', '10000']],
    [['--loss', '0.9']],
    [['--runs', '1000']],
    [['--links', '2', '--medium', 'gossipsub']],
  ])('%j is within its limits', (argv) => {
    expect(parseCommand(argv)).toMatchObject({ kind: 'run' });
  });

  test.each([
    [['--nodes', '1'], '--nodes 1 is not valid: use 2 to 10000'],
    [['--nodes', '10001'], '--nodes 10001 is not valid: use 2 to 10000'],
    [['--nodes', '2.5'], '--nodes 2.5 is not a whole number: use 2 to 10000'],
    [['--nodes', ''], '--nodes  is not valid: use 2 to 10000'],
    [['--loss', '0.91'], '--loss 0.91 is not valid: use 0 to 0.9'],
    [['--runs', '1001'], '--runs 1001 is not valid: use 1 to 1000'],
    [['--medium', 'udp'], '--medium udp is unknown: use direct, gossipsub'],
    [['--links', '8'], /--medium gossipsub/],
    [['--set', 'speed=9'], /--set speed is unknown/],
    [['--fast'], /--fast/],
  ])('%j is refused by name', (argv, message) => {
    expect(parseCommand(argv)).toEqual({
      kind: 'invalid',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });
});
