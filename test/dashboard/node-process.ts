import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AdminClient } from '@hearsay/admin/client';
import type { HearsayOptions } from '@hearsay/embed';

const PROGRAM = join(import.meta.dirname, 'node.ts');
const LOOK_MS = 50;

/** Where a node is reached. */
export interface Place {
  /** Of its admin API. */
  readonly url: string;
  /** Of its mesh. */
  readonly listening: readonly string[];
}

/** A node in a process of its own, which can be killed and stopped. */
export class NodeProcess {
  readonly place: Place;
  readonly client: AdminClient;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, place: Place) {
    this.#child = child;
    this.place = place;
    this.client = new AdminClient({ url: place.url });
  }

  /** @param options of the node; its mesh and admin API listen on free ports of loopback */
  static async start({ admin, mesh, ...options }: HearsayOptions): Promise<NodeProcess> {
    const all: HearsayOptions = {
      ...options,
      mesh: mesh === false ? false : { listen: '127.0.0.1:0', ...mesh },
      admin: { listen: '127.0.0.1:0', ...admin },
    };
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(all)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      return new NodeProcess(child, JSON.parse(line) as Place);
    throw new Error(`${options.node} did not start`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/** Resolves once each of them knows all of them and is ready; a test's own timeout is the deadline. */
export async function meet(nodes: readonly NodeProcess[]): Promise<void> {
  for (const { client } of nodes)
    for (;;) {
      const { ready, links } = await client.status();
      if (ready && links.length === nodes.length - 1) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
}
