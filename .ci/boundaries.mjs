/**
 * Holds the packages to their place: imports point downward only, every import is declared with an
 * exact version, and `protocol` stays pure. Prints one line per violation.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What each package's source may import besides its own files; `*` stands for any ending. */
const MAY_IMPORT = {
  spi: [],
  protocol: ['@hearsay/spi'],
  wire: ['@hearsay/spi', '@hearsay/protocol', 'protons-runtime', 'uint8arraylist', 'uint8arrays'],
  'version-log': ['@hearsay/spi', '@hearsay/protocol', 'pg', 'mysql2', 'node:*'],
  cache: ['@hearsay/spi', 'lru-cache'],
  mesh: [
    ...['@hearsay/spi', '@hearsay/protocol', '@hearsay/wire', 'node:*'],
    ...['libp2p', '@libp2p/*', '@chainsafe/*', '@multiformats/*', 'it-*'],
  ],
  admin: ['@hearsay/spi', 'fastify', 'prom-client', 'zod', 'node:*'],
  embed: [
    ...['@hearsay/spi', '@hearsay/protocol', '@hearsay/version-log', '@hearsay/cache'],
    ...['@hearsay/mesh', '@hearsay/wire', '@hearsay/admin', 'pino', 'node:*'],
  ],
  testkit: ['@hearsay/spi', 'node:*'],
  node: [
    ...['@hearsay/spi', '@hearsay/embed', '@hearsay/admin', 'node:*'],
    ...['pino', 'pino-pretty', 'yaml', 'zod'],
  ],
  cli: ['@hearsay/spi', '@hearsay/admin', 'cli-table3', 'commander', 'picocolors', 'node:*'],
  hearsay: ['@hearsay/embed', '@hearsay/cli', '@hearsay/node'],
};

/** A pure package gets time, randomness and everything else as arguments. */
const PURE_PACKAGES = ['protocol'];
const IMPURE_NAMES = new Set([
  ...['Date', 'performance', 'crypto', 'process', 'console', 'globalThis', 'Promise', 'fetch'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
]);
const IMPURE_KINDS = new Set([ts.SyntaxKind.AsyncKeyword, ts.SyntaxKind.AwaitKeyword]);

const root = fileURLToPath(new URL('..', import.meta.url));
const violations = new Set();

function report(file, position, what) {
  violations.add(`${relative(root, file)}${position === undefined ? '' : `:${position}`}: ${what}`);
}

function lineOf(source, offset) {
  return source.getLineAndCharacterOfPosition(offset).line + 1;
}

function isAllowed(specifier, allowed) {
  return allowed.some((pattern) =>
    pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern,
  );
}

/** `@scope/name/sub` and `name/sub` belong to the packages `@scope/name` and `name`. */
function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function checkRelative(unit, file, line, specifier) {
  const target = resolve(dirname(file), specifier);
  if (!target.startsWith(join(unit.folder, 'src'))) report(file, line, `${specifier} leaves src`);
  if (!specifier.endsWith('.js')) report(file, line, `${specifier} must end with .js`);
}

function checkImport(unit, file, line, specifier) {
  if (specifier.startsWith('.')) return checkRelative(unit, file, line, specifier);
  const name = packageOf(specifier);
  if (!isAllowed(name, MAY_IMPORT[unit.name])) {
    return report(file, line, `${unit.name} may not import ${specifier}`);
  }
  const { dependencies, peerDependencies } = unit.manifest;
  if (name.startsWith('node:') || dependencies?.[name] || peerDependencies?.[name]) return;
  report(file, line, `${name} is not declared in packages/${unit.name}/package.json`);
}

/** The names of members (`clock.process`, `{ process: 1 }`) are not references. */
function isReference(node) {
  return ts.isIdentifier(node) && node.parent.name !== node;
}

function impurityOf(node) {
  if (IMPURE_KINDS.has(node.kind)) return ts.tokenToString(node.kind);
  if (ts.isAwaitExpression(node)) return 'await';
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  return isReference(node) && IMPURE_NAMES.has(node.text) ? node.text : undefined;
}

function checkPurity(file, source) {
  const visit = (node) => {
    const impurity = impurityOf(node);
    if (impurity !== undefined) {
      report(file, lineOf(source, node.getStart()), `${impurity} in a pure package`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function checkVersions(unit) {
  const { dependencies, devDependencies, optionalDependencies } = unit.manifest;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  for (const [name, version] of Object.entries(all)) {
    if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) continue;
    report(join(unit.folder, 'package.json'), undefined, `${name} ${version} is not exact`);
  }
}

function checkPackage(unit) {
  checkVersions(unit);
  if (!(unit.name in MAY_IMPORT)) {
    return report(unit.folder, undefined, 'is missing in the table of .ci/boundaries.mjs');
  }
  for (const path of globSync('src/**/*.ts', { cwd: unit.folder }).sort()) {
    const file = join(unit.folder, path);
    const source = ts.createSourceFile(
      file,
      readFileSync(file, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    for (const { fileName, pos } of ts.preProcessFile(source.text).importedFiles) {
      checkImport(unit, file, lineOf(source, pos), fileName);
    }
    if (PURE_PACKAGES.includes(unit.name)) checkPurity(file, source);
  }
}

for (const path of globSync('packages/*/package.json', { cwd: root }).sort()) {
  const folder = join(root, dirname(path));
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
  checkPackage({ name: folder.split('/').at(-1), folder, manifest });
}
checkVersions({
  folder: root,
  manifest: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
});
for (const line of violations) console.log(line);
process.exitCode = violations.size > 0 ? 1 : 0;
