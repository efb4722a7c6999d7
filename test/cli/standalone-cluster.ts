/** Three standalone nodes as the README starts them, each a process, and the commands that ask them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = join(import.meta.dirname, '../../packages/hearsay/bin/hearsay.js');
const KEY = '5e'.repeat(32);

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Sent once something has been printed. */
  readonly signal?: NodeJS.Signals;
}

/** Runs `hearsay` with these arguments as a process of its own. */
export async function hearsay(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [BIN, ...argv], {
    env: { ...process.env, NO_COLOR: '1', ...options.environment },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (options.signal) child.kill(options.signal);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}

export interface StandaloneNode {
  readonly name: string;
  readonly process: ChildProcess;
  /** Of its mesh. */
  readonly address: string;
  /** Of its admin API. */
  readonly url: string;
}

export class StandaloneCluster {
  readonly nodes: StandaloneNode[] = [];
  readonly #directory = mkdtempSync(join(tmpdir(), 'hearsay-cli-'));

  /** Named `node-1` and so on; linked and ready on return. */
  static async start(count: number): Promise<StandaloneCluster> {
    const cluster = new StandaloneCluster();
    for (let number = 1; number <= count; number++) await cluster.#add(`node-${number}`);
    const waits = cluster.nodes.map(({ url }) =>
      hearsay(['wait', '--for', `members=${count}`, 'ready'], {
        environment: { HEARSAY_ADMIN_URL: url },
      }),
    );
    for (const { exitCode, stderr } of await Promise.all(waits))
      if (exitCode !== 0) throw new Error(`the nodes do not find each other: ${stderr}`);
    return cluster;
  }

  get first(): StandaloneNode {
    return this.nodes[0] as StandaloneNode;
  }

  /** Asks the first node. */
  ask(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
    const environment = { HEARSAY_ADMIN_URL: this.first.url, ...options.environment };
    return hearsay(argv, { ...options, environment });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.nodes.map(async ({ process: child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'close');
      }),
    );
    rmSync(this.#directory, { recursive: true });
  }

  async #add(name: string): Promise<void> {
    const peers = this.nodes.map(({ address }) => address).join(',');
    const child = spawn(
      process.execPath,
      [
        ...[
          BIN,
          'node',
          '--node',
          name,
          '--scopes',
          'table',
          '--log-sqlite',
          join(this.#directory, 'service.db'),
        ],
        ...['--mesh-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--no-logging-pretty'],
        ...(peers === '' ? [] : ['--mesh-peers', peers]),
      ],
      {
        env: { ...process.env, HEARSAY_MESH_CLUSTER_KEY: KEY },
        stdio: ['ignore', 'inherit', 'pipe'],
      },
    );
    for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
      const { msg, listening, adminAddress } = JSON.parse(line);
      if (msg !== 'the node is up') continue;
      this.nodes.push({ name, process: child, address: listening[0], url: adminAddress });
      child.stderr?.resume();
      return;
    }
    throw new Error(`${name} did not start`);
  }
}
