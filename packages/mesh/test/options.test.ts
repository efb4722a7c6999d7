import { ConfigInvalidError } from '@hearsay/spi';
import { RecordingHost } from '@hearsay/testkit';
import { afterEach, expect, test } from 'vitest';
import {
  ClusterKeyInvalidError,
  ClusterKeyRequiredError,
  ListenFailedError,
  meshTransport,
} from '../src/index.js';
import { startNode, stopAll } from './node.js';

afterEach(stopAll);

const KEY = '0f'.repeat(32);

test.each([
  ['mesh.listen', { listen: 'nowhere' }],
  ['mesh.listen', { listen: '127.0.0.1:65536' }],
  ['the port up to 65535', { listen: '127.0.0.1:65536' }],
  ['mesh.liste', { liste: '127.0.0.1:0' } as never],
  ['mesh.announce', { announce: ['a b:1'] }],
  ['mesh.announce', { announce: ['h\u00f6st:1'] }],
  ['mesh.announce', { announce: ['h\u0001:1'] }],
  ['mesh.peers', { peers: ['host'] }],
  ['mesh.medium', { medium: 'pigeon' as never }],
  ['mesh.sendQueueBytesMax', { sendQueueBytesMax: 65_535 }],
  ['mesh.connectionsMax', { connectionsMax: 0 }],
  ['mesh.connectionsMax', { connectionsMax: 4097 }],
  ['mesh.admissionsPendingMax', { admissionsPendingMax: 0 }],
  ['mesh.admissionsPendingMax', { admissionsPendingMax: 4097 }],
  ['mesh.failuresPerAddressMax', { failuresPerAddressMax: 0 }],
  ['mesh.failuresPerAddressMax', { failuresPerAddressMax: 4097 }],
  ['mesh.membersMax', { membersMax: 0 }],
  ['mesh.membersMax', { membersMax: 4097 }],
  ['mesh.streamsPerPeerMax', { streamsPerPeerMax: 3 }],
  ['mesh.streamsPerPeerMax', { streamsPerPeerMax: 65 }],
  ['mesh.frameBytesMax', { frameBytesMax: 524_287 }],
  ['mesh.frameBytesMax', { frameBytesMax: 1_048_577 }],
  ['mesh.clusterKeys', { clusterKeys: [] }],
  ['mesh.clusterKeys', { clusterKeys: Array(9).fill('0f'.repeat(32)) }],
  ['mesh.clusterKeys', { clusterKeys: ['0f'.repeat(32)], clusterKey: '0f'.repeat(32) }],
])('an invalid %s is refused by its name before anything is opened', (field, options) => {
  expect(() => meshTransport(options)).toThrow(ConfigInvalidError);
  expect(() => meshTransport(options)).toThrow(field);
});

test('every limit may be at either end of its range', () => {
  const least = { connectionsMax: 1, admissionsPendingMax: 1, membersMax: 1 };
  const most = { connectionsMax: 4096, admissionsPendingMax: 4096, membersMax: 4096 };
  const streams = [{ streamsPerPeerMax: 4 }, { streamsPerPeerMax: 64 }];
  const frames = [{ frameBytesMax: 524_288 }, { frameBytesMax: 1_048_576 }];
  for (const options of [least, most, ...streams, ...frames])
    expect(() => meshTransport(options)).not.toThrow();
});

test.each([KEY.slice(1), `${KEY}0`, '', 'g'.repeat(64), '0'.repeat(64)])(
  'a cluster key that is not 64 hex digits is refused: %s',
  (clusterKey) => {
    expect(() => meshTransport({ clusterKey })).toThrow(ClusterKeyInvalidError);
    expect(() => meshTransport({ clusterKeys: [KEY, clusterKey] })).toThrow(ClusterKeyInvalidError);
  },
);

test.each(['0.0.0.0:0', '192.0.2.1:0', '[::]:0', 'example.org:7000'])(
  'listening beyond loopback without a key is refused: %s',
  (listen) => {
    expect(() => meshTransport({ listen })).toThrow(ClusterKeyRequiredError);
    expect(() => meshTransport({ listen, clusterKey: KEY })).not.toThrow();
    expect(() => meshTransport({ listen, clusterKeys: [KEY] })).not.toThrow();
  },
);

test.each(['127.0.0.1:0', '127.8.8.8:0', 'localhost:0', '[::1]:0'])(
  'loopback needs no key: %s',
  (listen) => {
    expect(() => meshTransport({ listen })).not.toThrow();
  },
);

test('a taken port is one clear error, and the transport can be stopped after it', async () => {
  const a = await startNode('a');
  const second = meshTransport({ listen: a.address });
  await expect(second.start(new RecordingHost('b'))).rejects.toThrow(ListenFailedError);
  await expect(meshTransport({ listen: a.address }).start(new RecordingHost('b'))).rejects.toThrow(
    /cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\): choose another address/,
  );
  await second.stop();
});

test('an address that is not this machine’s is one clear error', async () => {
  const transport = meshTransport({ listen: '192.0.2.1:0', clusterKey: KEY });
  await expect(transport.start(new RecordingHost('a'))).rejects.toThrow(
    /cannot listen on 192\.0\.2\.1:0 \(EADDRNOTAVAIL\)/,
  );
});

test('what is announced is what others are told', async () => {
  const a = await startNode('a', { announce: ['svc.example:7000'] });
  expect(a.inspect().addresses).toEqual(['svc.example:7000']);
});
