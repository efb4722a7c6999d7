import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Medium } from '../src/index.js';
import type { Answer, Command } from './stopped-peer-member.js';

const EVENTS = 36_000;
const MIB = 1_048_576;

const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

function member(): ChildProcess {
  const script = fileURLToPath(new URL('stopped-peer-member.ts', import.meta.url));
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
  const child = fork(script, { execArgv });
  children.add(child);
  return child;
}

async function ask(child: ChildProcess, command: Command): Promise<Answer> {
  child.send(command);
  const [answer] = (await once(child, 'message')) as [Answer];
  return answer;
}

async function until(child: ChildProcess, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask(child, { kind: 'inspect' });
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The figure is 32 MiB of resident memory, which the benchmark measures on a warm process. Here it
// is what the process cannot do without, which no garbage collector's mood changes.
test.each(['direct', 'gossipsub'] as Medium[])(
  'a stopped peer costs no more memory than its queue, and hears again when it goes on (%s)',
  { timeout: 120_000 },
  async (medium) => {
    const [a, b, c] = [member(), member(), member()];
    const { address } = await ask(a, { kind: 'start', medium, peers: [] });
    for (const child of [b, c]) await ask(child, { kind: 'start', medium, peers: [address] });
    for (const child of [a, b, c]) await until(child, ({ coherence }) => coherence === 'coherent');
    // Journal and pools are filled first: they are there with or without a stopped peer.
    const before = await ask(a, { kind: 'publish', count: EVENTS / 2 });

    b.kill('SIGSTOP');
    const during: Answer[] = [];
    for (let round = 0; round < 12; round++)
      during.push(await ask(a, { kind: 'publish', count: EVENTS / 12 }));
    for (const { heldBytes, sendQueueBytes } of during) {
      expect(heldBytes - before.heldBytes).toBeLessThanOrEqual(32 * MIB);
      expect(sendQueueBytes).toBeLessThanOrEqual(MIB);
    }

    b.kill('SIGCONT');
    const { delivered } = await until(b, ({ coherence }) => coherence === 'coherent');
    await ask(a, { kind: 'publish', count: 1 });
    await until(b, (answer) => answer.coherence === 'coherent' && answer.delivered > delivered);
  },
);
