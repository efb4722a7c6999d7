import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../src/server/routes/index.js';
import { addressOf, cleanUp, folder, logPath, meet, startNode } from './node.js';

afterEach(cleanUp);

const DOCUMENT = join(import.meta.dirname, '../../../docs/ADMIN.md');
const OLD_KEY = '0123456789abcdef'.repeat(4);
const NEW_KEY = 'fedcba9876543210'.repeat(4);
const HAS_CURL = !spawnSync('curl', ['--version']).error;

const run = promisify(execFile);

interface Example {
  readonly command: string;
  /** What the document says that it prints. */
  readonly output: string;
}

function examples(): Example[] {
  const blocks = readFileSync(DOCUMENT, 'utf8').matchAll(/^```console\n(.*?)^```/gms);
  return [...blocks].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...output] = text.split('\n');
        return { command, output: output.join('\n').trim() };
      }),
  );
}

/** The names and kinds of a value's parts; of a list that of its first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
}

/** What may be `null` or an empty list at one time and not at another. */
function isLike(documented: unknown, actual: unknown): boolean {
  if (documented === 'null' || actual === 'null') return true;
  if (Array.isArray(documented) && Array.isArray(actual))
    return documented.length === 0 || actual.length === 0 || isLike(documented[0], actual[0]);
  if (typeof documented === 'string' || typeof actual === 'string') return documented === actual;
  const [names, others] = [documented, actual].map((one) => Object.keys(one as object).sort());
  return (
    JSON.stringify(names) === JSON.stringify(others) &&
    (names ?? []).every((name) =>
      isLike((documented as never)[name] as unknown, (actual as never)[name] as unknown),
    )
  );
}

/** Names that depend on the node, as counters do: only that there are some. */
function withoutOpenNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const name of ['counters', 'transportCounters', 'metadata']) {
    if (name in value) Object.assign(value, { [name]: {} });
  }
  for (const one of Object.values(value)) withoutOpenNames(one);
  return value;
}

describe('docs/ADMIN.md', () => {
  test('has an example of every route', () => {
    const commands = examples().map(({ command }) => command);
    for (const { path } of [...ROUTES, { path: '/v1/events' }])
      expect(
        commands.filter((command) => command.includes(`:7947${path}`)),
        path,
      ).not.toEqual([]);
  });

  test.skipIf(!HAS_CURL)(
    `shows what its examples print${HAS_CURL ? '' : ' (skipped: no curl)'}`,
    async () => {
      const path = logPath();
      const mesh = { listen: '127.0.0.1:0', clusterKey: OLD_KEY };
      const a = await startNode('node-1', path, { mesh });
      const b = await startNode('node-2', path, { mesh });
      await meet(a, b);
      await b.invalidate('item', { prefix: 'lake' });
      const cwd = folder();
      for (const { command, output } of examples()) {
        const shell = command.replaceAll('localhost:7947', addressOf(a));
        const ended = await run('sh', ['-c', shell], {
          cwd,
          env: { ...process.env, OLD_KEY, NEW_KEY },
        })
          // curl leaves a stream that has no end with code 28.
          .catch((error: { code: number; stdout: string }) => {
            if (error.code !== 28) throw error;
            return error;
          });
        const printed = ended.stdout.trim();
        if (output === '') expect(printed, command).toBe('');
        else if (output.startsWith('{')) {
          const [documented, actual] = [output, printed].map((text) =>
            shapeOf(withoutOpenNames(JSON.parse(text))),
          );
          expect(isLike(documented, actual), `${command}\n${printed}`).toBe(true);
        } else
          for (const line of output.split('\n').filter((one) => /^(event|[a-z_]+\{?)/.test(one)))
            expect(printed, command).toContain(line.split(/[ {]/)[0]);
      }
    },
  );
});
