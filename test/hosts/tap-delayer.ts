import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, runBatch } from './commands.ts';
import type { Delay, Delayer } from './delay.ts';
import { HostProcess, nodeCommand } from './host-process.ts';
import { inNamespace, type NamespaceNames } from './namespaces.ts';
import { portOf } from './wiring.ts';

const BESIDE_THE_READS = 4;

/**
 * Delays in a process (delay-line.ts). The switch redirects what comes from a delayed host into a tap
 * device, and takes it back from there; nothing else is ever sent to the tap.
 */
export class TapDelayer implements Delayer {
  readonly #names: NamespaceNames;
  #line: HostProcess | undefined;

  constructor(names: NamespaceNames) {
    this.#names = names;
  }

  /** @returns what this machine lacks for it, if anything */
  static lacks(): string | undefined {
    if (!existsSync('/dev/net/tun')) return '/dev/net/tun';
    return isInstalled('perl') ? undefined : 'perl';
  }

  async set(host: number, delay: Delay): Promise<void> {
    if (delay.delayMs === 0) {
      if (this.#line) this.#tc([`filter delete dev ${portOf(host)} ingress prio 2`]);
      return;
    }
    this.#line ??= this.#start();
    await this.#line.ask('set', { host, delay });
    this.#tc([
      `filter replace dev ${portOf(host)} ingress protocol ip prio 2 handle 800::1 ` +
        `u32 match u32 0 0 action mirred egress redirect dev ${tapOf(host)}`,
    ]);
  }

  async stop(): Promise<void> {
    await this.#line?.kill();
  }

  #start(): HostProcess {
    const taps = this.#names.hosts.map((_, host) => tapOf(host));
    runBatch('ip', taps.flatMap(addTap), this.#names.switch);
    const [openTaps, delayLine] = ['open-taps.pl', 'delay-line.ts'].map((file) =>
      join(import.meta.dirname, file),
    ) as [string, string];
    const command = ['perl', openTaps, taps.join(), ...nodeCommand(delayLine)];
    return new HostProcess(this.#names.switch, inNamespace(this.#names.switch, command), {
      UV_THREADPOOL_SIZE: String(taps.length + BESIDE_THE_READS),
    });
  }

  #tc(lines: readonly string[]): void {
    runBatch('tc', lines, this.#names.switch);
  }
}

function tapOf(host: number): string {
  return `tap${host}`;
}

/** A port of the switch that only gives: hosts are never looked for behind it. */
function addTap(tap: string): string[] {
  const deaf = 'learning off flood off mcast_flood off bcast_flood off';
  return [
    `tuntap add dev ${tap} mode tap`,
    `link set ${tap} master switch addrgenmode none txqueuelen 100000`,
    `link set ${tap} type bridge_slave ${deaf}`,
    `link set ${tap} up`,
  ];
}
