/** A MariaDB server of a test's own, where its binaries are. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';

const run = promisify(execFile);
const BINARY = '/usr/sbin/mariadbd';

export function hasMariadbBinaries(): boolean {
  return existsSync(BINARY) && existsSync('/usr/bin/mariadb-install-db');
}

export class MariadbServer {
  readonly port: number;
  readonly #directory: string;
  readonly #server: ServerProcess;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.port = port;
    this.#server = new ServerProcess({
      name: 'mariadbd',
      directory,
      crashSignal: 'SIGKILL',
      readyText: 'ready for connections',
    });
  }

  /** A new server, not started. */
  static async create(): Promise<MariadbServer> {
    const directory = MariadbServer.#newDirectory();
    const server = new MariadbServer(directory, await freePort());
    await run('mariadb-install-db', [
      '--no-defaults',
      ...server.#common(),
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]);
    return server;
  }

  /** A copy of this server as it stands now, not started; this one must be stopped. */
  async copy(): Promise<MariadbServer> {
    const directory = MariadbServer.#newDirectory();
    cpSync(join(this.#directory, 'data'), join(directory, 'data'), { recursive: true });
    return new MariadbServer(directory, await freePort());
  }

  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}`;
  }

  /** @param settings as on the command line, such as `['--read-only=1']` */
  async start(settings: readonly string[] = []): Promise<void> {
    const directory = this.#directory;
    await this.#server.start(BINARY, [
      '--no-defaults',
      ...this.#common(),
      ...[`--port=${this.port}`, '--bind-address=127.0.0.1', `--socket=${directory}/socket`],
      ...[`--pid-file=${directory}/pid`, '--innodb-buffer-pool-size=32M'],
      ...settings,
    ]);
  }

  /** @param signal `SIGTERM` ends it properly, `SIGKILL` as a crash would */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#server.stop(signal);
  }

  async destroy(): Promise<void> {
    await this.#server.destroy();
  }

  /**
   * It refuses to run as root unless it is told to. A server that starts deletes what looks like its
   * own in the directory for temporary files, so that a common one would crash the others.
   */
  #common(): string[] {
    const where = [
      `--datadir=${join(this.#directory, 'data')}`,
      `--tmpdir=${join(this.#directory, 'tmp')}`,
    ];
    return process.getuid?.() === 0 ? [...where, '--user=root'] : where;
  }

  static #newDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'hearsay-mariadb-'));
    mkdirSync(join(directory, 'tmp'));
    return directory;
  }
}
