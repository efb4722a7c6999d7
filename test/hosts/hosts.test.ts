import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HostNetwork } from './host-network.ts';
import type { HostProcess } from './host-process.ts';
import { hostsAvailable } from './hosts-available.ts';
import { listNamespaces, processesIn } from './namespaces.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ECHO = join(import.meta.dirname, 'echo.ts');
const LEAVER = join(import.meta.dirname, 'leaver.ts');
const MARK = 'mark';

const availability = hostsAvailable();
const networks: HostNetwork[] = [];

function networkOf(count: number): HostNetwork {
  const network = HostNetwork.create(count);
  networks.push(network);
  return network;
}

beforeEach((context) => {
  if (!availability.available) context.skip(availability.reason);
});

afterEach(async () => {
  for (const network of networks.splice(0)) await network.close();
});

/** A host with the echo program, and what it heard. */
class EchoHost {
  readonly network: HostNetwork;
  readonly host: number;
  readonly process: HostProcess;
  heard: string[] = [];
  readonly closed: string[] = [];

  constructor(network: HostNetwork, host: number) {
    this.network = network;
    this.host = host;
    this.process = network.start(host, { script: ECHO });
    this.process.onTold((told: { heard?: string; closed?: string }) => {
      if (told.heard !== undefined) this.heard.push(told.heard);
      if (told.closed !== undefined) this.closed.push(told.closed);
    });
  }

  get address(): string {
    return this.network.address(this.host);
  }

  open(to: EchoHost): Promise<void> {
    return this.process.ask('open', to.address);
  }

  say(to: EchoHost, text: string): Promise<string> {
    return this.process.ask('say', { to: to.address, text });
  }

  send(to: EchoHost, texts: readonly string[]): Promise<void> {
    return this.process.ask('send', { to: to.address, texts });
  }

  /** What came of these datagrams, known for sure: one more, sent later on a healed way, ends them. */
  async heardUntilMark(from: EchoHost): Promise<string[]> {
    await from.send(this, [MARK]);
    await this.process.until(() => this.heard.includes(MARK), 'the mark');
    return this.heard.splice(0).filter((text) => text !== MARK);
  }
}

async function echoHosts(network: HostNetwork): Promise<EchoHost[]> {
  const hosts = Array.from({ length: network.count }, (_, host) => new EchoHost(network, host));
  await Promise.all(hosts.map(({ process }) => process.ask('listen')));
  return hosts;
}

async function echoTrio(): Promise<{
  network: HostNetwork;
  a: EchoHost;
  b: EchoHost;
  c: EchoHost;
}> {
  const network = networkOf(3);
  const [a, b, c] = await echoHosts(network);
  if (!(a && b && c)) throw new Error('three hosts were asked for');
  return { network, a, b, c };
}

const TEXTS = Array.from({ length: 200 }, (_, index) => String(index));

describe('hosts', () => {
  test('reach one another by TCP and UDP', async () => {
    const { a, b, c } = await echoTrio();
    await a.open(b);
    await b.open(c);
    expect(await a.say(b, 'x'.repeat(100_000))).toBe('x'.repeat(100_000));
    expect(await b.say(c, 'hello')).toBe('hello');
    await c.send(a, ['one', 'two']);
    expect(await a.heardUntilMark(c)).toEqual(['one', 'two']);
  });

  test('have a network of their own: the same addresses on two networks do not meet', async () => {
    const one = await echoHosts(networkOf(2));
    const other = await echoHosts(networkOf(2));
    expect(one.map(({ address }) => address)).toEqual(other.map(({ address }) => address));
    const [[a, b], [x, y]] = [one, other] as [[EchoHost, EchoHost], [EchoHost, EchoHost]];
    await a.send(b, ['in one']);
    await x.send(y, ['in the other']);
    expect(await b.heardUntilMark(a)).toEqual(['in one']);
    expect(await y.heardUntilMark(x)).toEqual(['in the other']);
    await networks.shift()?.close();
    await x.send(y, ['still there']);
    expect(await y.heardUntilMark(x)).toEqual(['still there']);
  });

  test('a host that moved is reached at its new address only', async () => {
    const { network, a, b } = await echoTrio();
    const before = b.address;
    expect(network.moveAddress(1)).not.toBe(before);
    await a.process.ask('send', { to: before, texts: ['to the old'] });
    await a.open(b);
    expect(await a.say(b, 'to the new')).toBe('to the new');
    expect(await b.heardUntilMark(a)).toEqual([]);
  });
});

describe('cuts', () => {
  test('a cut pair hears nothing of each other, no connection is reset, and it heals', async () => {
    const { network, a, b, c } = await echoTrio();
    await a.open(b);
    await a.open(c);
    await a.say(b, 'before');
    network.cutPair(0, 1);
    const across = a.say(b, 'across the cut');
    await a.send(b, TEXTS);
    await b.send(a, TEXTS);
    expect(await a.say(c, 'beside it')).toBe('beside it');
    network.healPair(0, 1);
    expect(await b.heardUntilMark(a)).toEqual([]);
    expect(await a.heardUntilMark(b)).toEqual([]);
    expect(await across).toBe('across the cut');
    expect(a.closed).toEqual([]);
  });

  test('a cut of one way leaves the other', async () => {
    const { network, a, b } = await echoTrio();
    network.cutOneWay(0, 1);
    await a.send(b, TEXTS);
    await b.send(a, ['still heard']);
    expect(await a.heardUntilMark(b)).toEqual(['still heard']);
    network.healPair(0, 1);
    expect(await b.heardUntilMark(a)).toEqual([]);
  });

  test('an isolated host is cut from all, the others are not, and healing it ends that', async () => {
    const { network, a, b, c } = await echoTrio();
    network.isolate(2);
    await c.send(a, TEXTS);
    await c.send(b, TEXTS);
    await a.send(c, TEXTS);
    await a.send(b, ['between the others']);
    expect(await b.heardUntilMark(a)).toEqual(['between the others']);
    network.heal(2);
    expect(await a.heardUntilMark(c)).toEqual([]);
    expect(await b.heardUntilMark(c)).toEqual([]);
    expect(await c.heardUntilMark(a)).toEqual([]);
  });

  test('replaceCuts leaves these ways cut and no other', async () => {
    const { network, a, b, c } = await echoTrio();
    network.isolate(2);
    network.replaceCuts([[0, 1]]);
    await a.send(b, TEXTS);
    await c.send(b, ['no longer cut']);
    expect(await b.heardUntilMark(c)).toEqual(['no longer cut']);
    network.replaceCuts([]);
    expect(await b.heardUntilMark(a)).toEqual([]);
  });

  test('healAll ends every cut and leaves the loss', async () => {
    const { network, a, b, c } = await echoTrio();
    network.cutPair(0, 1);
    network.cutOneWay(1, 2);
    await network.netem(2, { lossPercent: 100 });
    network.healAll();
    expect(await b.heardUntilMark(a)).toEqual([]);
    await c.send(b, TEXTS);
    expect(await c.heardUntilMark(b)).toEqual([]);
    await network.netem(2, {});
    expect(await b.heardUntilMark(c)).toEqual([]);
  });
});

describe('netem', () => {
  test('loses about as many packets as it was told, of what the host sends', async () => {
    const { network, a, b } = await echoTrio();
    await network.netem(0, { lossPercent: 50 });
    await a.send(b, TEXTS);
    await b.send(a, TEXTS);
    await network.netem(0, {});
    expect(await a.heardUntilMark(b)).toEqual(TEXTS);
    // Seven standard deviations on either side.
    const { length } = await b.heardUntilMark(a);
    expect(length).toBeGreaterThan(50);
    expect(length).toBeLessThan(150);
  });

  test('a delayed host is heard after one that was sent to later', async () => {
    const { network, a, b, c } = await echoTrio();
    await network.netem(0, { delayMs: 2_000 });
    await a.send(c, ['delayed']);
    await b.send(c, ['not delayed']);
    await c.process.until(() => c.heard.length === 2, 'both');
    expect(c.heard).toEqual(['not delayed', 'delayed']);
    await network.netem(0, {});
    await a.send(c, ['no longer delayed']);
    await c.process.until(() => c.heard.length === 3, 'the third');
  });

  test('a delayed host keeps the order of its packets, and its connections', async () => {
    const { network, a, b } = await echoTrio();
    await a.open(b);
    await network.netem(0, { delayMs: 20 });
    await a.send(b, TEXTS);
    expect(await b.heardUntilMark(a)).toEqual(TEXTS);
    expect(await a.say(b, 'x'.repeat(100_000))).toBe('x'.repeat(100_000));
  });

  test.each([
    { delayMs: 50, reorderPercent: 50 },
    { delayMs: 50, jitterMs: 50 },
  ])('packets overtake each other and none is lost: %o', async (netem) => {
    const { network, a, b } = await echoTrio();
    await network.netem(0, netem);
    await a.send(b, TEXTS);
    await b.process.until(() => b.heard.length === TEXTS.length, 'all of them');
    expect(b.heard).not.toEqual(TEXTS);
    expect(b.heard.toSorted((x, y) => Number(x) - Number(y))).toEqual(TEXTS);
  });

  test('what it cannot do is refused', async () => {
    const network = networkOf(1);
    await expect(network.netem(0, { lossPercent: 101 })).rejects.toThrow(RangeError);
    await expect(network.netem(0, { delayMs: 10, jitterMs: 11 })).rejects.toThrow(RangeError);
    await expect(network.netem(0, { reorderPercent: 1 })).rejects.toThrow(RangeError);
    await expect(network.netem(1, {})).rejects.toThrow(RangeError);
    expect(() => HostNetwork.create(0)).toThrow(RangeError);
    expect(() => HostNetwork.create(252)).toThrow(RangeError);
  });
});

describe('processes', () => {
  test('a frozen one answers nothing until it is continued, and its connections last', async () => {
    const { a, b, c } = await echoTrio();
    await a.open(b);
    await a.open(c);
    await b.process.freeze();
    const settled: string[] = [];
    const echo = a.say(b, 'are you there').then(() => settled.push('echo'));
    const answer = b.process.ask('pid').then(() => settled.push('answer'));
    for (let i = 0; i < 50; i++) await a.say(c, 'beside it');
    expect(settled).toEqual([]);
    b.process.continue();
    await Promise.all([echo, answer]);
    expect(a.closed).toEqual([]);
  });

  test('a killed one ends at once, its connections are reset, and questions to it fail', async () => {
    const { a, b } = await echoTrio();
    await a.open(b);
    await b.process.freeze();
    const unanswered = expect(b.process.ask('pid')).rejects.toThrow('ended (SIGKILL)');
    expect(await b.process.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await unanswered;
    await a.process.until(() => a.closed.includes(b.address), 'the reset');
    await expect(b.process.ask('pid')).rejects.toThrow('ended (SIGKILL)');
    await expect(b.process.until(() => false, 'nothing')).rejects.toThrow('ended (SIGKILL)');
  });

  test('one that fails tells its last words', async () => {
    const network = networkOf(1);
    const absent = network.start(0, { script: 'absent.ts' });
    await expect(absent.ask('pid')).rejects.toThrow('Cannot find module');
  });
});

describe('what is left', () => {
  test('nothing, once it is closed: processes, frozen ones too, and namespaces are gone', async () => {
    const network = networkOf(3);
    const [a] = await echoHosts(network);
    await network.netem(1, { delayMs: 10 });
    await a?.process.freeze();
    const pids = processesIn(network.namespaces);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    await network.close();
    expect(await a?.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(pids.filter(isThere)).toEqual([]);
    expect(listNamespaces().filter((name) => network.namespaces.includes(name))).toEqual([]);
    await network.close();
  });

  test.each([
    ['exits', 'exit', undefined],
    ['throws', 'throw', undefined],
    ['is interrupted', 'wait', 'SIGINT'],
    ['is terminated', 'wait', 'SIGTERM'],
  ] as const)('nothing, when the process %s that made it', async (_, how, signal) => {
    const { namespaces, ended } = await leave(how, signal);
    expect(namespaces).toHaveLength(3);
    if (signal) expect(ended.signal).toBe(signal);
    expect(listNamespaces().filter((name) => namespaces.includes(name))).toEqual([]);
  });

  test('what a killed process left goes when the next network is made, frozen programs too', async () => {
    const { namespaces } = await leave('wait', 'SIGKILL');
    expect(listNamespaces()).toEqual(expect.arrayContaining(namespaces));
    const pids = processesIn(namespaces);
    expect(pids).toHaveLength(1);
    networkOf(1);
    expect(listNamespaces().filter((name) => namespaces.includes(name))).toEqual([]);
    await expect.poll(() => pids.filter(isThere), { timeout: 10_000 }).toEqual([]);
  });
});

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Has another process make a network, and end. */
async function leave(how: 'exit' | 'throw' | 'wait', signal?: NodeJS.Signals) {
  const leaver = spawn(process.execPath, [LEAVER, how], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exit = once(leaver, 'exit');
  const [namespaces] = (await once(leaver, 'message')) as [string[]];
  if (signal) leaver.kill(signal);
  const [code, endedBy] = await exit;
  return { namespaces, ended: { code, signal: endedBy } };
}
