import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE_LINES_MAX = 350;
const README_EXAMPLE_LINES_MAX = 15;

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = globSync('packages/*/package.json', { cwd: root }).map(dirname).sort();

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

function sourceFiles(): string[] {
  return globSync('packages/*/src/**/*.ts', { cwd: root })
    .filter((path) => !path.includes('/generated/'))
    .sort();
}

/** Every match of the pattern's first group, in order, repetitions kept. */
function captures(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match[1] ?? '');
}

describe('source files', () => {
  it(`have at most ${SOURCE_LINES_MAX} lines`, () => {
    const tooLong = sourceFiles().filter((path) => lineCount(read(path)) > SOURCE_LINES_MAX);
    expect(tooLong).toEqual([]);
  });
});

describe('error codes', () => {
  const inSource = sourceFiles().flatMap((path) =>
    captures(read(path), /\bcode(?:: string)? = '(HEARSAY_\w+)'/g),
  );

  it('belong to one error class each', () => {
    expect(inSource.length).toBeGreaterThan(0);
    expect(inSource.filter((code, index) => inSource.indexOf(code) !== index)).toEqual([]);
  });

  it('are those of docs/ERRORS.md, neither more nor fewer', () => {
    const documented = captures(read('docs/ERRORS.md'), /^\| `(HEARSAY_\w+)` \|/gm);
    expect(documented.toSorted()).toEqual(inSource.toSorted());
  });
});

describe('documents', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/*.md'], { cwd: root }).sort();

  it.each(documents)('%s links to files that exist inside the project', (document) => {
    const targets = captures(read(document), /\]\((?!\w+:|#)([^)#\s]+)/g);
    const paths = targets.map((target) => join(root, dirname(document), target));
    const broken = paths.filter((path) => !existsSync(path) || !path.startsWith(root));
    expect(broken.map((path) => relative(root, path))).toEqual([]);
  });
});

describe.each(packages)('%s', (path) => {
  it(`opens its README with an example of at most ${README_EXAMPLE_LINES_MAX} lines`, () => {
    const block = /^```(\w*)[^\n]*\n(.*?)^```/ms.exec(read(join(path, 'README.md')));
    expect(block?.[1]).toMatch(/^(ts|js)$/);
    expect(lineCount(block?.[2] ?? '')).toBeLessThanOrEqual(README_EXAMPLE_LINES_MAX);
  });

  it("carries the project's licence", () => {
    expect(read(join(path, 'LICENSE'))).toBe(read('LICENSE'));
  });
});

describe('docs/GUARANTEES.md', () => {
  const guarantees = read('docs/GUARANTEES.md');

  it('names code and tests that exist', () => {
    const paths = captures(guarantees, /`((?:[a-z-]+\/)*(?:src|test)\/[\w.*/-]+)`/g);
    const existing = (path: string) =>
      [`packages/${path}`, path].some((glob) => globSync(glob, { cwd: root }).length > 0);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existing(path))).toEqual([]);
  });

  it('has a heading or an entry for each rule that a test names in its title', () => {
    const tests = globSync(['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root });
    const rules = tests.flatMap((path) => captures(read(path), /\(([LFSMC]\d)[,)]/g));
    expect(rules.length).toBeGreaterThan(0);
    const missing = rules.filter(
      (rule) => !new RegExp(`(?:### |\\*\\*)${rule}\\.`).test(guarantees),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  it('gives each rule its code and its tests, or says that it is an assumption', () => {
    const rules = guarantees.split(/^### (?=[LFSMC]\d\.)/m).slice(1);
    const bare = rules.filter(
      (rule) => !/^- \*Code:\*.*src\//m.test(rule) || !/^- \*Tests:\*/m.test(rule),
    );
    expect(rules.length).toBeGreaterThan(25);
    expect(bare.map((rule) => rule.slice(0, 2))).toEqual([]);
  });

  describe('the invariants', () => {
    const rows = [...guarantees.matchAll(/^\| ([A-J]) \| .* \| (.*) \| (.*) \|$/gm)];
    const saidOf = (harness: string) =>
      rows.filter(([, , , checks = '']) => checks.includes(harness)).map(([, letter]) => letter);
    const judgedBy = (...paths: string[]) => {
      const sources = paths.flatMap((path) => globSync(path, { cwd: root }));
      return [...new Set(sources.flatMap((path) => captures(read(path), /'([A-J])'/g)))].sort();
    };

    it('are A to J, each with a mechanism in the code and a test', () => {
      expect(rows.map(([, letter]) => letter)).toEqual([...'ABCDEFGHIJ']);
      for (const [, letter, mechanism, checks] of rows) {
        expect(mechanism, letter).toMatch(/`[a-z-]+\/src\//);
        expect(checks, letter).toMatch(/`[a-z-]+\/(?:test\/)?[\w/-]+\.test\.ts`/);
      }
    });

    it('are judged by the harnesses that are said to judge them, and by no other', () => {
      expect(judgedBy('test/sim/oracle/*.ts', 'test/sim/node/*.ts')).toEqual(saidOf('simulator'));
      expect(judgedBy('test/demo/oracle.ts')).toEqual(saidOf('demonstration'));
      const chaos = judgedBy('test/demo/oracle.ts', 'test/chaos/{refusals,revocations}.ts');
      expect(chaos).toEqual(saidOf('chaos'));
    });
  });
});
