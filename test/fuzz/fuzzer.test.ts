import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fuzz } from './fuzzer.ts';
import type { Target } from './targets.ts';

const EXECUTIONS_MAX = 2_000_000;

/** Four bytes that nobody guesses at once, each behind a branch of its own. */
function brittle(input: Uint8Array): void {
  if (input[0] !== 0xd1) return;
  if (input[1] !== 0x5e) return;
  if (input[2] !== 0xa5) return;
  if (input[3] !== 0xed) return;
  throw new Error('broken');
}

const BRITTLE: Target = {
  corpus: () => [new Uint8Array(8)],
  covers: (url) => url.includes('fuzzer.test'),
  run: brittle,
};

test('a flaw behind four branches is found, one branch after the other', () => {
  const goesOn = (executions: number) => executions < EXECUTIONS_MAX;
  const { finding } = fuzz({ target: BRITTLE, seed: 1, goesOn });
  expect([...(finding?.input.subarray(0, 4) ?? [])]).toEqual([0xd1, 0x5e, 0xa5, 0xed]);
});

test('a seed makes the same inputs again, another seed others', () => {
  const inputs = (seed: number) => {
    const all: string[] = [];
    const target = { ...BRITTLE, run: () => undefined };
    const onInput = (input: Uint8Array) => all.push(Buffer.from(input).toString('hex'));
    fuzz({ target, seed, onInput, goesOn: (executions) => executions < 1_000 });
    return all;
  };
  expect(inputs(1)).toEqual(inputs(1));
  expect(inputs(1)).not.toEqual(inputs(2));
});

test.each([
  [['--seconds', '0'], '--seconds'],
  [['--target', 'moon'], '--target'],
  [['--seed', '-1'], '--seed'],
  [['--input', 'abc', '--target', 'token'], '--input'],
])('a wrong option is named and nothing is run: %j', (options, named) => {
  const { status, stderr } = command(options);
  expect(status).toBe(2);
  expect(stderr).toContain(named);
});

test('every target stands a second of it', { timeout: 60_000 }, () => {
  const { status, stdout } = command(['--seconds', '8', '--seed', '1', '--json']);
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ ok: true, seed: 1 });
  expect(Object.keys(last.targets)).toEqual([
    'frame',
    'admission',
    'ask',
    'poll',
    'revoke',
    'comparison',
    'token',
    'address',
  ]);
  for (const { blocks } of Object.values<{ blocks: number }>(last.targets))
    expect(blocks).toBeGreaterThan(5);
  expect(status).toBe(0);
});

function command(options: readonly string[]) {
  const script = fileURLToPath(new URL('main.ts', import.meta.url));
  return spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
}
