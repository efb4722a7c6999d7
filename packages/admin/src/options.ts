import { isIP, isIPv4, isIPv6 } from 'node:net';
import { ConfigInvalidError, checkFields, type Scope, scopeOf } from '@hearsay/spi';
import { ADMIN_LIMITS } from './limits.js';
import { checkTracing, type Tracing, type TracingOptions } from './tracing.js';
import { valueDigest } from './value-digest.js';

/** How a node lets itself be looked into. */
export interface AdminOptions {
  /**
   * `host:port` to listen on, port 0 for any; default `127.0.0.1:7947`. `false`: no server, this node
   * only answers what other members ask for theirs.
   */
  readonly listen?: string | false | undefined;
  /** Path of a Unix socket to listen on instead; only this process's user may connect. */
  readonly unixSocket?: string | undefined;
  /** What callers must bring as bearer token, 16 … 512 printable characters; required off loopback. */
  readonly token?: string | undefined;
  /** More names that callers may address this node by, without a port; its own address and localhost always pass. */
  readonly hosts?: readonly string[] | undefined;
  /** Scopes to follow for subscribers, besides those of this node's caches. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * The digest of a cached value, 1 … 64 characters, for those who compare caches with the database
   * (docs/ADMIN.md); default {@link valueDigest}. For values that are different and the same in JSON.
   */
  readonly digest?: ((value: unknown, scope: string) => string) | undefined;
  /** Traces each logged invalidation from its publication to every node that applies it. */
  readonly tracing?: TracingOptions | undefined;
}

export type AdminPlace =
  | { readonly kind: 'none' }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** {@link AdminOptions}, checked and with defaults. */
export interface AdminConfig {
  readonly place: AdminPlace;
  readonly token: string | undefined;
  readonly hosts: readonly string[];
  readonly scopes: readonly Scope[];
  readonly digest: (value: unknown, scope: string) => string;
  readonly tracing: Tracing | undefined;
}

const LISTEN_DEFAULT = '127.0.0.1:7947';
const FIELDS: Record<keyof AdminOptions, true> = {
  listen: true,
  unixSocket: true,
  token: true,
  hosts: true,
  scopes: true,
  digest: true,
  tracing: true,
};
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;
const TOKEN = /^[\x21-\x7e]+$/;
const HOST = /^[A-Za-z0-9._-]{1,253}$/;
const HOSTS_MAX = 64;
/** What the kernel takes, with its closing zero. */
const SOCKET_PATH_BYTES_MAX = 107;

/** @throws {ConfigInvalidError} names the option @throws {NameInvalidError} a scope */
export function checkAdminOptions(options: AdminOptions): AdminConfig {
  checkFields(options, 'admin.', FIELDS);
  const place = placeOf(options);
  const token = tokenOf(options.token);
  if (place.kind === 'tcp' && token === undefined && !isLoopback(place.host))
    throw new ConfigInvalidError(
      `admin.listen ${place.host} is open to other machines: set admin.token, or listen on 127.0.0.1`,
    );
  return {
    place,
    token,
    hosts: [...hostsOf(options.hosts), ...ownNames(place)],
    scopes: (options.scopes ?? []).map(scopeOf),
    digest: digestOf(options.digest),
    tracing: options.tracing && checkTracing(options.tracing),
  };
}

function placeOf({ listen, unixSocket }: AdminOptions): AdminPlace {
  if (unixSocket !== undefined) {
    if (listen !== undefined)
      throw new ConfigInvalidError(
        'admin.listen and admin.unixSocket exclude each other: give one',
      );
    if (unixSocket === '' || Buffer.byteLength(unixSocket) > SOCKET_PATH_BYTES_MAX)
      throw new ConfigInvalidError(
        `admin.unixSocket must be a path of 1 to ${SOCKET_PATH_BYTES_MAX} bytes: shorten it`,
      );
    return { kind: 'unix', path: unixSocket };
  }
  if (listen === false) return { kind: 'none' };
  const text = listen ?? LISTEN_DEFAULT;
  const match = ADDRESS.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535 || (match?.[1] !== undefined && !isIPv6(host)))
    throw new ConfigInvalidError(`admin.listen "${text.slice(0, 80)}": write host:port`);
  return { kind: 'tcp', host, port };
}

function tokenOf(token: string | undefined): string | undefined {
  const { tokenCharsMin, tokenCharsMax } = ADMIN_LIMITS;
  if (token === undefined) return undefined;
  if (token.length < tokenCharsMin || token.length > tokenCharsMax || !TOKEN.test(token))
    throw new ConfigInvalidError(
      `admin.token must have ${tokenCharsMin} to ${tokenCharsMax} printable characters without blanks: openssl rand -hex 32`,
    );
  return token;
}

function digestOf(digest: AdminOptions['digest']): AdminConfig['digest'] {
  if (digest !== undefined && typeof digest !== 'function')
    throw new ConfigInvalidError('admin.digest must be a function of the value and its scope');
  return digest ?? valueDigest;
}

function hostsOf(hosts: readonly string[] = []): readonly string[] {
  if (hosts.length > HOSTS_MAX)
    throw new ConfigInvalidError(
      `admin.hosts has ${hosts.length} names; the limit is ${HOSTS_MAX}`,
    );
  for (const host of hosts)
    if (!HOST.test(host) && !isIPv6(host))
      throw new ConfigInvalidError(
        `admin.hosts: ${JSON.stringify(host.slice(0, 80))} is not a host name: write it without a port`,
      );
  return hosts.map((host) => host.toLowerCase());
}

/** A name that is listened on is one to be called by; an address is known from each connection. */
function ownNames(place: AdminPlace): string[] {
  return place.kind === 'tcp' && isIP(place.host) === 0 ? [place.host.toLowerCase()] : [];
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
