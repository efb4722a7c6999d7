import { isIP } from 'node:net';
import { ConfigInvalidError } from '@hearsay/spi';
import { type Address, parseAddress } from '../address.js';

export interface DiscoveryOptions {
  /** Static addresses to dial, this node's own among them or not. At most 1,024. */
  readonly peers?: readonly string[];
  /**
   * Names to ask DNS for, at most 16, fully qualified: `host:port` for all its addresses (a headless
   * service), `_service._proto.name` for its SRV records.
   */
  readonly dns?: readonly string[];
  /**
   * Find nodes on the same network segment by multicast DNS. `service` keeps clusters apart: 1 to 15
   * of a-z, 0-9 and `-`; default `hearsay`. Default `false`: no socket is opened.
   */
  readonly mdns?: boolean | { readonly service?: string };
  /** The longest wait between two tries of one node, 200 … 60,000 ms; default 2,000. */
  readonly redialMsMax?: number;
  /** How many dials may be under way at once, 1 … 256; default 8. */
  readonly dialsMax?: number;
}

export type DnsQuestion =
  | { readonly kind: 'addresses'; readonly name: string; readonly port: number }
  | { readonly kind: 'services'; readonly name: string };

export interface DiscoveryConfig {
  readonly peers: readonly Address[];
  readonly dns: readonly DnsQuestion[];
  /** The service to look for, if mDNS is on. */
  readonly mdnsService: string | undefined;
  readonly redialMsMax: number;
  readonly dialsMax: number;
}

export const REDIAL_MS_MIN = 200;

const PEERS_MAX = 1_024;
const DNS_NAMES_MAX = 16;
const DNS_NAME_CHARS_MAX = 253;
const LABEL = '[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?';
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);
const SRV_NAME = new RegExp(`^_${LABEL}\\._${LABEL}\\.${LABEL}`);
/** RFC 6335, 5.1. */
const MDNS_SERVICE = /^(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/;

/** @throws {ConfigInvalidError} names the field */
export function discoveryConfig(options: DiscoveryOptions): DiscoveryConfig {
  return {
    peers: list(options.peers, 'mesh.peers', PEERS_MAX).map(peer),
    dns: list(options.dns, 'mesh.dns', DNS_NAMES_MAX).map(dnsQuestion),
    mdnsService: mdnsService(options.mdns ?? false),
    redialMsMax: whole(options.redialMsMax ?? 2_000, 'mesh.redialMsMax', REDIAL_MS_MIN, 60_000),
    dialsMax: whole(options.dialsMax ?? 8, 'mesh.dialsMax', 1, 256),
  };
}

function list(value: readonly string[] | undefined, what: string, max: number): readonly string[] {
  const texts = value ?? [];
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string'))
    throw new ConfigInvalidError(`${what} is not a list of texts: write ["…"]`);
  if (texts.length > max)
    throw new ConfigInvalidError(`${what} has ${texts.length} entries: give at most ${max}`);
  return texts;
}

function peer(text: string): Address {
  const address = parseAddress(text, 'mesh.peers');
  if (address.port === 0)
    throw new ConfigInvalidError(`mesh.peers "${text}" has port 0: give the port listened on`);
  return address;
}

function dnsQuestion(text: string): DnsQuestion {
  if (SRV_NAME.test(text) && isDnsName(text)) return { kind: 'services', name: text };
  const { host, port } = text.startsWith('_') ? invalid(text) : parseAddress(text, 'mesh.dns');
  if (isIP(host) > 0)
    throw new ConfigInvalidError(`mesh.dns "${text}" is an IP address: put it into mesh.peers`);
  if (port === 0 || !isDnsName(host)) invalid(text);
  return { kind: 'addresses', name: host, port };
}

function invalid(text: string): never {
  throw new ConfigInvalidError(
    `mesh.dns "${text.slice(0, 80)}" is not a name to ask for: write host:port or _service._proto.name`,
  );
}

function isDnsName(name: string): boolean {
  return name.length <= DNS_NAME_CHARS_MAX && DNS_NAME.test(name);
}

function mdnsService(value: boolean | { readonly service?: string }): string | undefined {
  if (value === false) return undefined;
  if (typeof value !== 'object' && value !== true)
    throw new ConfigInvalidError(
      `mesh.mdns ${String(value)} is not known: use true or { service }`,
    );
  const service = (value === true ? undefined : value?.service) ?? 'hearsay';
  if (typeof service !== 'string' || !MDNS_SERVICE.test(service))
    throw new ConfigInvalidError(
      `mesh.mdns.service "${String(service).slice(0, 80)}" is not a service name: use 1 to 15 of a-z, 0-9 and -`,
    );
  return service;
}

function whole(value: number, what: string, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new ConfigInvalidError(`${what} ${value} is out of range: use ${min} to ${max}`);
  return value;
}
