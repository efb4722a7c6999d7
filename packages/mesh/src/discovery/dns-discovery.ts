import type { SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { DiscoveredNode, DiscoveryProvider } from '@hearsay/spi';
import { formatAddress } from '../address.js';
import { DiscoveryFailedError } from '../errors.js';

/** What a name lists beyond is ignored. */
const DNS_ADDRESSES_MAX = 1_024;

const QUERY_TIMEOUT_MS = 1_500;
const TRIES = 2;
/** Over all tries and servers; shorter than what the dialler waits for a provider. */
const DEADLINE_MS = 8_000;

export interface DnsOptions {
  /** Fully qualified: search domains and the hosts file are not consulted. */
  readonly name: string;
  /** IP addresses, `ip` or `ip:port`, in place of the system's name servers. */
  readonly servers?: readonly string[];
}

export interface AddressRecordsOptions extends DnsOptions {
  /** What every member listens on: address records carry none. */
  readonly port: number;
}

/**
 * Every address that a name has (A and AAAA), as a headless service of Kubernetes lists its pods.
 * Asked anew each time. A name that does not exist, or has no addresses, lists nobody.
 */
export function dnsDiscovery({ name, port, servers }: AddressRecordsOptions): DiscoveryProvider {
  const discover = () =>
    withResolver(name, servers, async (resolver) => listed(await addresses(resolver, name, port)));
  return { name: `dns ${name}:${port}`, discover };
}

export interface ServiceRecordsOptions extends DnsOptions {
  /**
   * Whether the targets of the records are resolved each time too. If not, they stay names, to be
   * resolved by the system when they are dialled, which for a linked member is never. Default: only
   * where `servers` are given, for the system may not know what they know.
   */
  readonly resolveTargets?: boolean;
}

/**
 * Every host and port that a service has (SRV). Asked anew each time. A service that does not exist
 * lists nobody.
 */
export function srvDiscovery(options: ServiceRecordsOptions): DiscoveryProvider {
  const { name, servers, resolveTargets = servers !== undefined } = options;
  const discover = () =>
    withResolver(name, servers, async (resolver) => {
      const services = (await present(resolver.resolveSrv(name)))
        .filter(isOffered)
        .sort((a, b) => compare(a.name, b.name) || a.port - b.port)
        .slice(0, DNS_ADDRESSES_MAX);
      if (!resolveTargets)
        return listed(services.map((to) => formatAddress({ host: to.name, port: to.port })));
      return listed(await anyOf(services.map((to) => addresses(resolver, to.name, to.port))));
    });
  return { name: `dns ${name}`, discover };
}

/** RFC 2782: the target "." says that the service is decidedly not available. */
function isOffered({ name, port }: SrvRecord): boolean {
  return name !== '' && name !== '.' && port > 0;
}

/** Sorted, for servers rotate their answers and each round shall see the same. */
function listed(addresses: readonly string[]): DiscoveredNode[] {
  const distinct = [...new Set(addresses)].sort(compare).slice(0, DNS_ADDRESSES_MAX);
  return distinct.map((address) => ({ addresses: [address] }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function addresses(resolver: Resolver, name: string, port: number): Promise<string[]> {
  const families = [present(resolver.resolve4(name)), present(resolver.resolve6(name))];
  return (await anyOf(families)).map((host) => formatAddress({ host, port }));
}

/** What one question fails to bring does not hide what others bring. */
async function anyOf<T>(questions: readonly Promise<T[]>[]): Promise<T[]> {
  const answers = await Promise.allSettled(questions);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (found.length === 0 && failed) throw failed.reason;
  return found;
}

/** "No such name" and "no such records" are answers. */
async function present<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

/** A resolver of its own, so that changes of resolv.conf are seen and nothing is remembered. */
async function withResolver<T>(
  name: string,
  servers: readonly string[] | undefined,
  ask: (resolver: Resolver) => Promise<T>,
): Promise<T> {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  const timer = setTimeout(() => resolver.cancel(), DEADLINE_MS);
  try {
    return await ask(resolver);
  } catch (error) {
    throw new DiscoveryFailedError(
      `DNS does not answer for ${name} (${codeOf(error) ?? 'unknown'}): check the name servers`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
