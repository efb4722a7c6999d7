import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresBinaries } from '../databases/postgres-cluster.ts';
import { pause } from '../demo/clock.ts';
import { isInstalled, run } from '../hosts/commands.ts';

const ROLE = 'postgres';
/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const TRY_AGAIN_MS = 50;
const CONNECT_MS = 1_000;

/** What a killed process wrote is in the kernel's hands: nothing is lost without a sync. */
const SETTINGS = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/** @returns what this machine lacks for a server, if anything */
export function postgresLacks(): string | undefined {
  if (postgresBinaries() === undefined) return 'no binaries of PostgreSQL: install postgresql';
  if (!isInstalled('setpriv')) return 'no setpriv: install util-linux';
  return undefined;
}

/** A PostgreSQL server of our own. Its Unix socket is in reach of every host. It ends with this process. */
export class PostgresServer {
  /** Where its socket is. */
  readonly directory: string;
  #process: ChildProcess | undefined;
  #frozen: readonly number[] = [];
  #isClosed = false;

  /** @param parent a directory that everyone may pass through */
  static async create(parent: string): Promise<PostgresServer> {
    const directory = join(parent, 'postgres');
    mkdirSync(directory);
    chmodSync(parent, 0o711);
    chownSync(directory, NOBODY, NOBODY);
    const [command = '', ...args] = asUser('initdb');
    const data = join(directory, 'data');
    run(command, [
      ...args,
      '-D',
      data,
      '-U',
      ROLE,
      '-A',
      'trust',
      '--no-locale',
      '-E',
      'UTF8',
      '-N',
    ]);
    const server = new PostgresServer(directory);
    await server.start();
    return server;
  }

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** What a client of `pg` needs to connect. */
  get connection(): { readonly host: string; readonly user: string; readonly database: string } {
    return connectionOf(this.directory);
  }

  /** Resolves once it answers. What a killed one left may keep it from starting for a moment. */
  async start(): Promise<void> {
    while (!this.#isClosed && !(await this.#answers())) {
      if (this.#process === undefined) this.#spawn();
      await pause(TRY_AGAIN_MS);
    }
  }

  /** As `pg_ctl stop -m fast`: transactions are rolled back and connections closed. */
  async stop(): Promise<void> {
    await this.#end('SIGINT');
  }

  /** The postmaster dies; the others notice and follow. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** All its processes stand still; its connections last. */
  freeze(): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    // The postmaster first: it would make further ones.
    process.kill(pid, 'SIGSTOP');
    this.#frozen = [...childrenOf(pid), pid];
    for (const each of this.#frozen) signal(each, 'SIGSTOP');
  }

  continue(): void {
    for (const each of this.#frozen) signal(each, 'SIGCONT');
    this.#frozen = [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.continue();
    await this.#end('SIGQUIT');
  }

  async #end(how: NodeJS.Signals): Promise<void> {
    const ending = this.#process;
    if (ending === undefined) return;
    const ended = once(ending, 'exit');
    ending.kill(how);
    await ended;
  }

  #spawn(): void {
    const settings = { ...SETTINGS, unix_socket_directories: this.directory };
    const [command = '', ...args] = [
      ...asUser('postgres'),
      ...['-D', join(this.directory, 'data')],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const log = openSync(join(this.directory, 'server.log'), 'a');
    // In a session of its own: Ctrl-C at a terminal is not meant for it.
    const started = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
    this.#process = started;
    started.once('exit', () => {
      this.#process = undefined;
    });
  }

  async #answers(): Promise<boolean> {
    const client = new Client({ ...this.connection, connectionTimeoutMillis: CONNECT_MS });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      client.end().catch(() => {});
    }
  }
}

/** @param directory of the server's socket */
export function connectionOf(directory: string) {
  return { host: directory, user: ROLE, database: ROLE };
}

/** As nobody, and it dies with this process. */
function asUser(program: 'initdb' | 'postgres'): string[] {
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--pdeathsig=KILL'];
  return ['setpriv', ...user, join(postgresBinaries() ?? '', program)];
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    // "pid (name) state parent …"
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return undefined; // It has just ended.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
