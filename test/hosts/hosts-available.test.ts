import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MODULE = join(import.meta.dirname, 'hosts-available.ts');
const NOBODY = 65_534;
const ROOT = 0;

/** What a process says that runs as this user and finds its commands there. */
function availabilityFor(uid: number, path = process.env['PATH']): unknown {
  const program = `
    import { hostsAvailable } from ${JSON.stringify(MODULE)};
    // Only now: this directory may be closed to others.
    if (process.getuid() === ${ROOT}) process.setuid(${uid});
    console.log(JSON.stringify(hostsAvailable()));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program],
    { env: { PATH: path }, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('anyone but root is told that only root can', () => {
  const reason = 'only root may make network namespaces';
  expect(availabilityFor(NOBODY)).toEqual({ available: false, reason });
});

test('root without iproute2 is told what to install', () => {
  const isRoot = process.getuid?.() === ROOT;
  const reason = isRoot ? 'no ip: install iproute2' : 'only root may make network namespaces';
  expect(availabilityFor(ROOT, '/nowhere')).toEqual({ available: false, reason });
});
