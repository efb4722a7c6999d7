import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../src/load-config.js';
import { redact } from '../src/redact.js';
import { SETTINGS } from '../src/settings.js';
import { readArguments } from '../src/sources.js';

const directory = mkdtempSync(join(tmpdir(), 'hearsay-node-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

function load(argv: readonly string[], environment: Record<string, string> = {}) {
  return loadConfig(readArguments(argv), environment);
}

describe('the configuration', () => {
  test('comes from arguments, else the environment, else the file, else defaults', () => {
    const path = file('node: f\nmesh: { listen: "f:1", peers: ["f:2"] }\nlogging: { level: warn }');
    const config = load(['--config', path, '--node', 'a'], {
      HEARSAY_NODE: 'e',
      HEARSAY_MESH_LISTEN: 'e:1',
    });
    expect(config.node).toBe('a');
    expect(config.mesh).toMatchObject({ listen: 'e:1', peers: ['f:2'] });
    expect(config.logging.level).toBe('warn');
    expect(load([]).mesh.listen).toBe('127.0.0.1:7946');
  });

  test('may be JSON', () => {
    expect(load(['--config', file('{"scopes": ["table"]}')]).scopes).toEqual(['table']);
  });

  test('has lists, numbers and truths in every source', () => {
    const flags = ['--mesh-peers', 'a:1, b:2', '--mesh-peers', 'c:3', '--no-mesh-discover-by-log'];
    const config = load(flags, { HEARSAY_POLL_INTERVAL_MS: '500', HEARSAY_MESH_MDNS: 'true' });
    expect(config.mesh).toMatchObject({
      peers: ['a:1', 'b:2', 'c:3'],
      discoverByLog: false,
      mdns: true,
    });
    expect(config.poll.intervalMs).toBe(500);
  });

  test.each([
    ['an unknown argument', () => load(['--lisen', 'x']), /--lisen.*--help/],
    ['an argument without its value', () => load(['--node']), /--node/],
    [
      'no integer',
      () => load(['--poll-interval-ms', '1s']),
      /--poll-interval-ms "1s" is not an int/,
    ],
    [
      'no truth',
      () => load([], { HEARSAY_MESH_MDNS: 'yes' }),
      /HEARSAY_MESH_MDNS "yes" must be true/,
    ],
    [
      'an unknown field',
      () => load(['--config', file('mesh: { lisen: x }')]),
      /mesh\.lisen is unknown: use mesh\.listen/,
    ],
    [
      'an unknown part',
      () => load(['--config', file('meshes: {}')]),
      /field meshes is unknown: use node/,
    ],
    ['a wrong type', () => load(['--config', file('mesh: { peers: 3 }')]), /field mesh\.peers: /],
    [
      'a value in place of a part',
      () => load(['--config', file('mesh: 3')], { HEARSAY_MESH_LISTEN: 'x' }),
      /field mesh: /,
    ],
    ['an unknown choice', () => load(['--mesh-medium', 'radio']), /field mesh\.medium: .*direct/],
    [
      'two databases',
      () => load(['--log-sqlite', 'x', '--log-mysql', 'y']),
      /field log: .*give one/,
    ],
    [
      'a file that is not there',
      () => load(['--config', join(directory, 'none')]),
      /cannot be read \(ENOENT\)/,
    ],
    ['a file that is neither', () => load(['--config', file('a: [')]), /neither YAML nor JSON/],
    ['a file without fields', () => load(['--config', file('- a')]), /must hold fields/],
    [
      'a file past the limit',
      () => load(['--config', file(`# ${'x'.repeat(1_048_576)}`)]),
      /larger than 1048576/,
    ],
  ])('that holds %s is refused in one line that names it', (_, loads, message) => {
    expect(loads).toThrow(message);
    expect(loads).toThrow(expect.objectContaining({ code: 'HEARSAY_CONFIG_INVALID' }));
    expect(loads).not.toThrow(/\n/);
  });
});

describe('a configuration that is shown', () => {
  test('hides secrets, and of a URL only what is secret', () => {
    const config = load([
      ...['--mesh-cluster-keys', 'k1,k2', '--admin-token', 'a-token'],
      ...['--log-postgres', 'postgres://me:pw@db/app?sslpassword=x&a=b'],
    ]);
    const shown = JSON.stringify(redact(config));
    expect(shown).not.toMatch(/k1|k2|a-token|pw|sslpassword=x/);
    expect(shown).toContain('postgres://me:***@db/app');
    expect(config.admin.token).toBe('a-token');
  });

  test('has no field for keys, tokens or URLs of databases that is not hidden', () => {
    const secret = SETTINGS.filter(({ isSecret }) => isSecret).map(({ path }) => path);
    const suspects = SETTINGS.filter(({ path }) => /key|token|postgres|mysql/i.test(path));
    expect(secret).toEqual(suspects.map(({ path }) => path));
  });
});

test('no two settings have one name, and each says what it is', () => {
  for (const name of ['flag', 'variable', 'path'] as const)
    expect(new Set(SETTINGS.map((setting) => setting[name])).size).toBe(SETTINGS.length);
  for (const { description } of SETTINGS) expect(description).not.toBe('');
});
