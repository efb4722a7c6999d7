import { chmodSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance, FastifyListenOptions } from 'fastify';
import { AdminListenFailedError } from '../errors.js';
import type { AdminPlace } from '../options.js';

const OWNER_ONLY = 0o600;

/**
 * @returns where it listens: an `http://…` URL, or `unix:` and the path
 * @throws {AdminListenFailedError} the place is taken, or not this machine's
 */
export async function listenAt(server: FastifyInstance, place: AdminPlace): Promise<string> {
  try {
    if (place.kind === 'unix') return await listenAtPath(server, place.path);
    if (place.kind === 'none') return '';
    await listen(server, { host: place.host, port: place.port });
    const { address, port, family } = server.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  } catch (error) {
    const where = place.kind === 'tcp' ? `${place.host}:${place.port}` : 'the admin socket';
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new AdminListenFailedError(
      `the admin server cannot listen on ${where} (${code}): free it, or configure another admin.listen`,
      { cause: error },
    );
  }
}

function listen(server: FastifyInstance, options: FastifyListenOptions): Promise<string> {
  return server.listen(options);
}

async function listenAtPath(server: FastifyInstance, path: string): Promise<string> {
  await removeStale(path);
  await listen(server, { path });
  chmodSync(path, OWNER_ONLY);
  return `unix:${path}`;
}

/** A process that was killed leaves its socket behind; one that somebody listens on, or another file, stays. */
async function removeStale(path: string): Promise<void> {
  const isSocket = statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
  if (isSocket && !(await isAnswered(path))) rmSync(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
