import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RequestForeignError, RequestUnauthorizedError } from '../errors.js';
import { isLoopback } from '../options.js';

const BEARER = /^Bearer +(\S+)$/i;
const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/;

/**
 * Who may call. A page of another site that a browser here has open must neither reach this API by a
 * name that was made to point here (Host) nor in the browser's own right (Origin); all others must
 * bring the token, where there is one.
 */
export class Access {
  readonly #tokenHash: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;

  /** @param hosts names beside localhost and the address that was connected to, in lower case */
  constructor(token: string | undefined, hosts: readonly string[]) {
    this.#tokenHash = token === undefined ? undefined : hashOf(token);
    this.#hosts = new Set(['localhost', ...hosts]);
  }

  /** @throws {RequestForeignError} */
  checkSite(request: IncomingMessage): void {
    const { host, origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (!this.#isOwnHost(host, request.socket.localAddress))
      throw new RequestForeignError(
        'the Host header names another site: use localhost or the address, or name it in admin.hosts',
      );
    if (origin !== undefined && !isOriginOf(origin, host))
      throw new RequestForeignError('the Origin header names another site: call from this one');
    const isVisit = request.headers['sec-fetch-mode'] === 'navigate';
    if ((site === 'cross-site' || site === 'same-site') && !isVisit)
      throw new RequestForeignError('a page of another site calls: call from this one');
  }

  /** Compares hashes, so that the time taken tells nothing about the token, its length included. */
  isTrusted({ headers: { authorization } }: IncomingMessage): boolean {
    if (this.#tokenHash === undefined) return true;
    const given = BEARER.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(hashOf(given), this.#tokenHash);
  }

  /** @throws {RequestUnauthorizedError} */
  checkTrusted(request: IncomingMessage): void {
    if (!this.isTrusted(request))
      throw new RequestUnauthorizedError(
        'the token is missing or wrong: send it as "Authorization: Bearer …"',
      );
  }

  /** @throws {RequestForeignError} the caller is on another machine */
  checkLocal({ socket: { remoteAddress } }: IncomingMessage): void {
    // A Unix socket has no address.
    if (remoteAddress !== undefined && !isLoopback(plain(remoteAddress)))
      throw new RequestForeignError(
        'keys are not sent over a network: call from the same machine, by loopback or a Unix socket',
      );
  }

  #isOwnHost(header: string | undefined, localAddress: string | undefined): boolean {
    const host = hostIn(header);
    if (host === undefined) return false;
    if (this.#hosts.has(host)) return true;
    // An address cannot be made to point elsewhere, as a name can.
    return localAddress !== undefined && isIP(host) !== 0 && host === plain(localAddress);
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @returns the host without port and brackets, in lower case; `undefined` for what is no host */
function hostIn(header: string | undefined): string | undefined {
  const match = HOST.exec((header ?? '').toLowerCase());
  return match?.[1] ?? match?.[2];
}

/** `null`, the origin of sandboxed pages and files, is nobody's. */
function isOriginOf(origin: string, host: string | undefined): boolean {
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === host?.toLowerCase();
}

/** An IPv4 address that came through an IPv6 socket. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
