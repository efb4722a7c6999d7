import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CatalogueReader, CatalogueWriter, createCatalogue, openCatalogue } from './catalogue.ts';
import { readInstalledPackages } from './installed-packages.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hearsay-catalogue-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function install(path: string, manifest: object): void {
  mkdirSync(join(directory, path), { recursive: true });
  writeFileSync(join(directory, path, 'package.json'), JSON.stringify(manifest));
}

test('what is installed is found: scoped and nested packages, but no links', () => {
  install('plain', { name: 'plain', version: '1.0.0', license: 'MIT', dependencies: { a: '^1' } });
  writeFileSync(join(directory, 'plain', 'index.js'), '');
  install('@s/one', { name: '@s/one', version: '2.0.0' });
  install('plain/node_modules/@s/one', { name: '@s/one', version: '1.9.0', license: 'ISC' });
  install('plain/dist', { type: 'module' });
  symlinkSync(join(directory, 'plain'), join(directory, 'link'));
  mkdirSync(join(directory, '.bin'));
  expect(readInstalledPackages(directory)).toEqual([
    {
      key: '@s/one/1.9.0',
      name: '@s/one',
      version: '1.9.0',
      files: 1,
      licence: 'ISC',
      dependencies: [],
    },
    {
      key: '@s/one/2.0.0',
      name: '@s/one',
      version: '2.0.0',
      files: 1,
      licence: 'unknown',
      dependencies: [],
    },
    {
      key: 'plain/1.0.0',
      name: 'plain',
      version: '1.0.0',
      files: 3,
      licence: 'MIT',
      dependencies: ['a@^1'],
    },
  ]);
});

describe('a change of the catalogue', () => {
  const KEYS = ['a/1', 'a/2', 'ab/1', '@a/b/1'];

  function catalogue() {
    const path = join(directory, 'catalogue.db');
    const packages = KEYS.map((key) => ({
      ...{ key, name: key, version: '1', files: 1, dependencies: [] },
      licence: key === 'ab/1' ? 'ISC' : 'MIT',
    }));
    createCatalogue(path, packages);
    const db = openCatalogue(path, { readOnly: false, busyMs: 100 });
    return { db, writer: new CatalogueWriter(db), reader: new CatalogueReader(db) };
  }

  test.each([
    [{ key: 'a/1' }, ['a/1']],
    [{ prefix: 'a' }, ['a/1', 'a/2']],
    [{ prefix: 'a/1' }, ['a/1']],
    [{ tag: 'licence:ISC' }, ['ab/1']],
    [{ all: true } as const, KEYS],
    [{ key: 'gone' }, []],
  ])('by %j gives exactly %j a new revision, and history tells', (target, changed) => {
    const { db, writer, reader } = catalogue();
    expect(writer.touch('package', target, 'w1')).toBe(changed.length > 0 ? 2 : undefined);
    for (const key of KEYS)
      expect(reader.find('package', key)).toMatchObject(
        changed.includes(key) ? { revision: 2, writeId: 'w1' } : { revision: 1, writeId: 'disk' },
      );
    const told = reader.historyAfter(0).map(({ scope, key, revision }) => [scope, key, revision]);
    expect(told.sort()).toEqual(changed.map((key) => ['package', key, 2]).sort());
    expect(reader.all('licence').every(({ revision }) => revision === 1)).toBe(true);
    db.close();
  });

  test('that is rolled back leaves nothing', () => {
    const { db, writer, reader } = catalogue();
    db.exec('BEGIN');
    writer.touch('package', { key: 'a/1' }, 'w1');
    db.exec('ROLLBACK');
    expect(reader.find('package', 'a/1')?.revision).toBe(1);
    expect(reader.historyAfter(0)).toEqual([]);
    db.close();
  });
});
