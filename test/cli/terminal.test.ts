import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StandaloneCluster } from './standalone-cluster.ts';

const BIN = join(import.meta.dirname, '../../packages/hearsay/bin/hearsay.js');
const HAS_SCRIPT = spawnSync('script', ['--version']).status === 0;
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';

let cluster: StandaloneCluster;
beforeAll(async () => {
  if (HAS_SCRIPT) cluster = await StandaloneCluster.start(2);
}, 60_000);
afterAll(() => cluster?.[Symbol.asyncDispose]());

/** Runs a command on a terminal of its own until `isEnough`, then ends it. */
async function onTerminal(
  { command, size, end }: { command: string; size: string; end: 'ctrl-c' | 'SIGTERM' },
  isEnough: (output: string) => boolean,
) {
  const line = `stty ${size}; echo $$; exec ${process.execPath} ${BIN} --url ${cluster.first.url} ${command}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '', TERM: 'xterm' },
  });
  let output = '';
  let ended = false;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (ended || !isEnough(output)) return;
    ended = true;
    if (end === 'ctrl-c') child.stdin.write('\x03');
    else process.kill(Number(/\d+/.exec(output)?.[0]), 'SIGTERM');
  });
  await once(child, 'close');
  const frames = output.split(HOME).slice(1);
  return { output, frames, exitCode: child.exitCode };
}

describe.skipIf(!HAS_SCRIPT)(`on a terminal${HAS_SCRIPT ? '' : ' (skipped: no script)'}`, () => {
  test.each([
    { command: 'top', size: 'cols 80 rows 24', end: 'ctrl-c' },
    { command: 'top', size: 'cols 50 rows 6', end: 'SIGTERM' },
    { command: 'members --watch', size: 'cols 40 rows 10', end: 'ctrl-c' },
    { command: 'members --watch --detailed', size: 'cols 80 rows 24', end: 'SIGTERM' },
  ] as const)('$command fits $size, and restores it after $end', async (shown) => {
    const { output, frames, exitCode } = await onTerminal(
      shown,
      (text) => text.split(HOME).length > 3,
    );
    expect(exitCode).toBe(130);
    expect(output.split(ENTER)).toHaveLength(2);
    expect(output.split(LEAVE)).toHaveLength(2);
    expect(output.indexOf(LEAVE)).toBeGreaterThan(output.lastIndexOf(HOME));
    const [, columns = 0, rows = 0] = (/cols (\d+) rows (\d+)/.exec(shown.size) ?? []).map(Number);
    for (const frame of frames.map((one) => one.split(LEAVE)[0] ?? '')) {
      const lines = frame.split(/\r*\n/).map(stripVTControlCharacters);
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
    }
    // What is left behind is the last picture.
    expect(output.split(LEAVE)[1]).toContain('node-1');
    expect(frames[0]).toContain('\x1b[32m');
  });

  test('a node that goes away is waited for', async () => {
    await using lone = await StandaloneCluster.start(1);
    const before = cluster;
    cluster = lone;
    let killed = false;
    try {
      const { frames } = await onTerminal(
        { command: 'members --watch', size: 'cols 80 rows 24', end: 'ctrl-c' },
        (text) => {
          if (!killed && text.includes(HOME)) killed = lone.first.process.kill('SIGKILL');
          return text.split('trying again').length > 3;
        },
      );
      expect(frames.map(stripVTControlCharacters).join('\n')).toMatch(
        /trying again: [\s\S]*node-1/,
      );
    } finally {
      cluster = before;
    }
  });
});
