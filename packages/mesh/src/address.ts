import { isIPv4, isIPv6 } from 'node:net';
import { ConfigInvalidError, LIMITS } from '@hearsay/spi';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';

/** A place to dial or listen on: an IP address or DNS name, and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const FORM = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

/**
 * @param text `host:port` or `[ipv6]:port`
 * @param what names the option in the error
 * @throws {ConfigInvalidError} not of that form, or a port above 65,535
 */
export function parseAddress(text: string, what: string): Address {
  const match = text.length <= LIMITS.addressCharsMax ? FORM.exec(text) : null;
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535 || (match?.[1] !== undefined && !isIPv6(host)))
    throw new ConfigInvalidError(
      `${what} "${text.slice(0, 80)}" is not an address: write host:port, the port up to 65535`,
    );
  return { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Static addresses carry no peer ID (rule M4): who answers proves who it is. */
export function toMultiaddr({ host, port }: Address): Multiaddr {
  const kind = isIPv4(host) ? 'ip4' : isIPv6(host) ? 'ip6' : 'dns';
  return multiaddr(`/${kind}/${host}/tcp/${port}`);
}

/** @returns `undefined` for what is not plain TCP */
export function fromMultiaddr(address: Multiaddr): Address | undefined {
  const match = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)/.exec(address.toString());
  return match ? { host: match[1] as string, port: Number(match[2]) } : undefined;
}

export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

export function isUnspecified({ host }: Address): boolean {
  return host === '0.0.0.0' || host === '::';
}
