import { copyFileSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Running, run } from './shell.ts';

const TIMEOUT_MS = 180_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const quickstart = join(root, 'examples', 'quickstart', 'main.ts');

interface Tarball {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let folder = '';
let tarballs: readonly Tarball[] = [];

/** A user's project: nothing in it but the packed packages. */
async function installTarballs(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-pack-'));
  const packed = await run(
    'npm',
    ['pack', '--workspaces', '--json', '--pack-destination', folder],
    root,
  );
  tarballs = Object.values(JSON.parse(packed) as Record<string, Tarball>);
  const dependencies = Object.fromEntries(
    tarballs.map(({ name, filename }) => [name, `file:./${filename}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies }));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], folder);
}

beforeAll(installTarballs, TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the tarballs', () => {
  it('are those of all packages', () => {
    const names = globSync('packages/*/package.json', { cwd: root }).map((path) => {
      return (JSON.parse(readFileSync(join(root, path), 'utf8')) as Tarball).name;
    });
    expect(tarballs.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it('hold what the sources compile to, manifest, README and licence, and nothing else', () => {
    for (const { name, files } of tarballs) {
      const source = join(root, 'packages', name.replace('@hearsay/', ''), 'src');
      const [compiled, others] = partition(files, ({ path }) => path.startsWith('dist/'));
      const orphans = compiled.filter(({ path }) => {
        const stem = /^dist\/(.+?)(\.d\.ts|\.js)$/.exec(path)?.[1];
        return stem === undefined || !existsSync(join(source, `${stem}.ts`));
      });
      expect(orphans, `${name}: left over in dist; remove it and build again`).toEqual([]);
      const other = others
        .map(({ path }) => path)
        .filter((path) => !/^(bin|dashboard)\//.test(path));
      expect(other.toSorted(), name).toEqual(['LICENSE', 'README.md', 'package.json']);
    }
  });

  it('can each be imported where only they are installed', { timeout: TIMEOUT_MS }, async () => {
    for (const { name } of tarballs) {
      const script = `if (Object.keys(await import('${name}')).length === 0) process.exitCode = 1`;
      await run(process.execPath, ['--input-type=module', '--eval', script], folder);
    }
  });
});

/**
 * The quickstart is one program run twice over one database file: `read` prints the value it finds,
 * waits for it to change, prints it again and ends; `write` changes it and ends.
 */
describe('the quickstart, in two processes', () => {
  const started: Running[] = [];

  function start(file: string, role: string, cwd: string): Running {
    const running = new Running(process.execPath, [file, role], cwd);
    started.push(running);
    return running;
  }

  afterEach(async () => {
    for (const running of started) running.kill();
    await Promise.all(started.splice(0).map((running) => running.finished()));
  });

  /** In a folder of its own, where the database file does not exist yet. */
  async function expectReaderToSeeWriter(file: string, source: string): Promise<void> {
    const cwd = await mkdtemp(join(folder, 'run-'));
    writeFileSync(join(cwd, file), source);
    const reader = start(file, 'read', cwd);
    const before = await reader.firstLine();
    const writer = await start(file, 'write', cwd).finished();
    expect(writer.exitCode, writer.stderr).toBe(0);
    const { exitCode, stdout, stderr } = await reader.finished();
    expect(exitCode, stderr).toBe(0);
    expect(before).not.toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).not.toBe(before);
  }

  it('runs from TypeScript', { timeout: TIMEOUT_MS }, async () => {
    await expectReaderToSeeWriter('main.ts', readFileSync(quickstart, 'utf8'));
  });

  it('runs from JavaScript', { timeout: TIMEOUT_MS }, async () => {
    await expectReaderToSeeWriter(
      'main.js',
      stripTypeScriptTypes(readFileSync(quickstart, 'utf8')),
    );
  });

  it('type-checks against the packed declarations', { timeout: TIMEOUT_MS }, async () => {
    copyFileSync(quickstart, join(folder, 'main.ts'));
    const compilerOptions = {
      ...{ target: 'es2024', module: 'nodenext', strict: true, noEmit: true },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
    };
    const project = join(folder, 'tsconfig.json');
    writeFileSync(project, JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', project], folder);
  });
});

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
