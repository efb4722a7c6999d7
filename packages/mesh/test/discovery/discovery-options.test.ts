import { ConfigInvalidError } from '@hearsay/spi';
import { expect, test } from 'vitest';
import { type DiscoveryOptions, discoveryConfig } from '../../src/discovery/discovery-options.js';

test('by default nobody is looked for', () => {
  expect(discoveryConfig({})).toEqual({
    peers: [],
    dns: [],
    mdnsService: undefined,
    redialMsMax: 2_000,
    dialsMax: 8,
  });
});

test('a DNS entry with a port asks for addresses, one like _service._proto.name for services', () => {
  const dns = ['pods.ns.svc.cluster.local:7946', '_hearsay._tcp.pods.ns.svc.cluster.local', 'a.:1'];
  expect(discoveryConfig({ dns }).dns).toEqual([
    { kind: 'addresses', name: 'pods.ns.svc.cluster.local', port: 7946 },
    { kind: 'services', name: '_hearsay._tcp.pods.ns.svc.cluster.local' },
    { kind: 'addresses', name: 'a.', port: 1 },
  ]);
});

test('mDNS looks for a service by name', () => {
  expect(discoveryConfig({ mdns: false }).mdnsService).toBeUndefined();
  expect(discoveryConfig({ mdns: true }).mdnsService).toBe('hearsay');
  expect(discoveryConfig({ mdns: {} }).mdnsService).toBe('hearsay');
  expect(discoveryConfig({ mdns: { service: 'shop-2' } }).mdnsService).toBe('shop-2');
});

const label = 'a'.repeat(63);
const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;

test.each<[keyof DiscoveryOptions, DiscoveryOptions, DiscoveryOptions]>([
  ['peers', { peers: Array(1_024).fill('a:1') }, { peers: Array(1_025).fill('a:1') }],
  ['peers', { peers: ['a:1'] }, { peers: ['a:0'] }],
  ['dns', { dns: Array(16).fill('a:1') }, { dns: Array(17).fill('a:1') }],
  ['dns', { dns: ['a:1'] }, { dns: ['a:0'] }],
  ['dns', { dns: [`_a._tcp.${label}`] }, { dns: [`_a._tcp.${label}a`] }],
  [
    'dns',
    { dns: [`_a._tcp.${longest.slice(8)}`] },
    { dns: [`_a._tcp.${longest.slice(8)}.${label}`] },
  ],
  ['mdns', { mdns: { service: 'a'.repeat(15) } }, { mdns: { service: 'a'.repeat(16) } }],
  ['mdns', { mdns: { service: 'a' } }, { mdns: { service: '' } }],
  ['redialMsMax', { redialMsMax: 200 }, { redialMsMax: 199 }],
  ['redialMsMax', { redialMsMax: 60_000 }, { redialMsMax: 60_001 }],
  ['dialsMax', { dialsMax: 1 }, { dialsMax: 0 }],
  ['dialsMax', { dialsMax: 256 }, { dialsMax: 257 }],
])('mesh.%s is accepted at its bound and refused by name one past it', (field, at, past) => {
  expect(() => discoveryConfig(at)).not.toThrow();
  expect(() => discoveryConfig(past)).toThrow(ConfigInvalidError);
  expect(() => discoveryConfig(past)).toThrow(`mesh.${field}`);
});

test.each<[string, unknown]>([
  ['mesh.peers', { peers: 'a:1' }],
  ['mesh.peers', { peers: [7] }],
  ['mesh.peers', { peers: ['a'] }],
  ['mesh.dns', { dns: 'a:1' }],
  ['mesh.dns', { dns: ['a'] }],
  ['mesh.dns', { dns: ['a..b:1'] }],
  ['mesh.dns', { dns: ['-a:1'] }],
  ['mesh.dns', { dns: ['10.0.0.1:7946'] }],
  ['mesh.dns', { dns: ['[fd00::1]:7946'] }],
  ['mesh.dns', { dns: ['_hearsay._tcp'] }],
  ['mesh.dns', { dns: ['_hearsay._tcp.'] }],
  ['mesh.dns', { dns: ['_hearsay.name'] }],
  ['mesh.mdns', { mdns: 'yes' }],
  ['mesh.mdns.service', { mdns: { service: 7 } }],
  ['mesh.mdns.service', { mdns: { service: 'Shop' } }],
  ['mesh.mdns.service', { mdns: { service: '-a' } }],
  ['mesh.mdns.service', { mdns: { service: 'a--b' } }],
  ['mesh.mdns.service', { mdns: { service: '12' } }],
  ['mesh.redialMsMax', { redialMsMax: 200.5 }],
  ['mesh.dialsMax', { dialsMax: '8' }],
])('an invalid %s is refused by its name: %j', (field, options) => {
  expect(() => discoveryConfig(options as DiscoveryOptions)).toThrow(ConfigInvalidError);
  expect(() => discoveryConfig(options as DiscoveryOptions)).toThrow(field);
});
