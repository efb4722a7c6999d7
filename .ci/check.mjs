/** `npm run check`: everything but the tests. Every step runs; one line each, then what failed says why. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const PARALLEL_STEPS = 2;

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = globSync('packages/*/package.json', { cwd: root }).map(dirname).sort();

/** A step is one or more commands, run one after the other; all must succeed. */
const steps = [
  {
    name: 'types',
    commands: [
      ...['tsc -b', 'tsc -p tsconfig.scripts.json'],
      'tsc -p packages/admin/tsconfig.dashboard.json',
    ],
  },
  { name: 'lint and format', commands: ['biome check --error-on-warnings .'] },
  { name: 'package boundaries', commands: ['node .ci/boundaries.mjs'] },
  { name: 'examples in the docs', commands: ['node .ci/examples.mjs'] },
  { name: 'unused code and dependencies', commands: ['knip --no-config-hints'] },
  { name: 'package manifests', commands: packages.map((path) => `publint ${path} --strict`) },
  {
    name: 'published types',
    commands: packages.map((path) => `attw --pack ${path} --profile esm-only --no-emoji`),
  },
];

/** Resolves with the exit code and all output; the npm script's PATH finds the project's tools. */
function execute(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ isOk: code === 0, output: `$ ${command}\n${output}` }));
  });
}

async function runStep({ name, commands }) {
  const startMs = performance.now();
  const results = [];
  for (const command of commands) results.push(await execute(command));
  const failures = results.filter((result) => !result.isOk);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${failures.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  for (const { output } of failures) console.log(output.replace(/^/gm, '    ').trimEnd());
  return failures.length === 0;
}

async function runNext(queue) {
  let isOk = true;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    isOk = (await runStep(step)) && isOk;
  }
  return isOk;
}

const queue = [...steps];
const outcomes = await Promise.all(Array.from({ length: PARALLEL_STEPS }, () => runNext(queue)));
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
