/** What the commands say of members that were killed or do not answer. */
import type { MembersReply, MemberView } from '@hearsay/admin';
import { startHearsay } from '@hearsay/embed';
import { afterEach, expect, test } from 'vitest';
import { type Outcome, StandaloneCluster } from '../../../../test/cli/standalone-cluster.ts';
import { memberChecks } from '../../src/doctor/checks.js';
import { missingMembers } from '../../src/missing-members.js';
import { ask, cleanUp, logPath, startNode, until } from '../real-node.ts';

afterEach(cleanUp);

function member(node: string, state: MemberView['state']): MemberView {
  return { node, epoch: '0123456789abcdef', state } as MemberView;
}

test('missing is who is suspected, and who is dead without another life of that name', () => {
  const members = [
    member('a', 'alive'),
    member('b', 'dead'),
    member('b', 'alive'),
    member('c', 'dead'),
    member('d', 'left'),
    member('e', 'suspect'),
  ];
  expect(missingMembers(members).map(({ node }) => node)).toEqual(['c', 'e']);
});

test('a member that was killed stays a finding after it is declared dead', async () => {
  await using cluster = await StandaloneCluster.start(2);
  cluster.nodes[1]?.process.kill('SIGKILL');
  const isDead = ({ stdout }: Outcome) => /^node-2 +dead/m.test(stdout);
  let told = await cluster.ask(['members']);
  while (!isDead(told)) told = await cluster.ask(['members']);
  expect(told.exitCode).toBe(1);
  expect(await cluster.ask(['members', '--status', 'alive'])).toMatchObject({ exitCode: 0 });
  const { stdout } = await cluster.ask(['--json', 'doctor']);
  const { findings } = JSON.parse(stdout) as { findings: { check: string; detail: string }[] };
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'nobody is dead', verdict: 'warning', detail: 'node-2' }),
  );
  const { exitCode, stderr } = await cluster.ask(['ping', 'node-2']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('node-2 is dead');
});

test('the doctor does not mind one that is dead while another life of its name is in', () => {
  const reply: MembersReply = {
    viewHash: null,
    members: [member('b', 'dead'), member('b', 'alive')],
  };
  const status = { coherence: 'coherent', transportCounters: {} } as never;
  const found = memberChecks(reply, status).find(({ check }) => check === 'nobody is dead');
  expect(found?.verdict).toBe('ok');
});

test('a member that does not answer is told below the table, which it does not widen', async () => {
  const a = await startNode('a');
  // It is there, and does not let itself be asked.
  const silent = await startHearsay({
    node: 'b',
    mesh: { listen: '127.0.0.1:0', peers: [...a.status().listening] },
  });
  try {
    await until(() => a.status().peers.length === 1);
    for (const argv of [['lag'], ['reachability'], ['why', 'item', 'k']]) {
      const { stdout } = await ask(a, ...argv);
      expect(stdout).toMatch(/^b +no answer$/m);
      expect(stdout).toMatch(/\n\nb: \S.*\n$/);
    }
  } finally {
    await silent.close();
  }
});

test('a drop that was a reset is not called a hint', async () => {
  const a = await startNode('a', { log: { sqlite: logPath() } });
  await until(() => a.status().scopes[0]?.logVersion === 0);
  await a.invalidate('item', { key: 'k' });
  const { stdout } = await ask(a, 'why', 'item', 'k');
  expect(stdout).toMatch(/key k +local +a +1$/m);
  expect(stdout).toMatch(/reset: first-use +– +– +–$/m);
});

test('wait says why what it waits for does not hold', async () => {
  const a = await startNode('a');
  const wait = (...conditions: string[]) =>
    ask(a, '--timeout', '100', 'wait', '--for', ...conditions);
  expect((await wait('members=3')).stdout).toMatch(/members=3 \(\d alive\)/);
  await a.close();
  const { exitCode, stdout } = await wait('ready');
  expect(exitCode).toBe(4);
  expect(stdout).toMatch(/ready \(.*is not reachable/);
});
