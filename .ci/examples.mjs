/**
 * Type-checks the examples in the documentation against the built packages: every ```ts and ```js
 * block of README.md, docs and the packages' READMEs. A block opened by ```ts no-check is left out.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside node_modules, so that the packages resolve as they do for a user.
const folder = join(root, 'node_modules', '.cache', 'hearsay-examples');
const documents = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root });
const BLOCK = /^```(ts|js)[ \t]*\n(.*?)^```/gms;

const compilerOptions = {
  ...JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')).compilerOptions,
  composite: false,
  declaration: false,
  noEmit: true,
  allowJs: true,
  checkJs: true,
  noImplicitAny: false, // an example in JavaScript carries no types
};

/** Writes each block to a file of its own, padded so that an error's line is the document's. */
function extract(document) {
  const text = readFileSync(join(root, document), 'utf8');
  return Array.from(text.matchAll(BLOCK), ({ 1: language, 2: code, index }) => {
    const linesBefore = text.slice(0, index).split('\n').length;
    const file = `${document.replaceAll('/', '__')}.${linesBefore}.m${language}`;
    writeFileSync(join(folder, file), '\n'.repeat(linesBefore) + code);
    return file;
  });
}

/** Turns `docs__A.md.12.mts(14,3): error …` into `docs/A.md:14: error …`. */
function toDocumentLines(output) {
  return output.replace(/^(?:.*\/)?(\S+?\.md)\.\d+\.m[tj]s\((\d+),\d+\)/gm, (_, file, line) => {
    return `${file.replaceAll('__', '/')}:${line}`;
  });
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const files = documents.sort().flatMap(extract);
if (files.length > 0) {
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, encoding: 'utf8' });
  process.stdout.write(toDocumentLines(result.stdout));
  process.exitCode = result.status ?? 1;
}
console.log(`${files.length} examples in ${documents.length} documents`);
