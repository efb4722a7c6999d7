import { join } from 'node:path';
import type { BenchOptions } from './options.ts';
import { PARTS, type PartName } from './part.ts';
import type { Row } from './row.ts';
import { runScript } from './run-script.ts';

/**
 * Runs every part in a process of its own, so that none finds the compiler and the heap as another
 * left them. Prints each table as it is done.
 * @returns all rows, named `part: row`, and the parts that missed a limit or broke
 */
export async function runAllParts(
  options: BenchOptions,
): Promise<{ readonly rows: Row[]; readonly failed: PartName[] }> {
  const rows: Row[] = [];
  const failed: PartName[] = [];
  for (const part of Object.keys(PARTS) as PartName[]) {
    const args = [part, '--json', ...(options.quick ? ['--quick'] : [])];
    if (part === 'convergence') args.push('--seeds', options.seeds.join());
    const { code, lines } = await runScript(join(import.meta.dirname, 'main.ts'), args, 'inherit');
    if (code !== 0) failed.push(part);
    const result = lastObject(lines);
    console.log((result ? lines.slice(0, -1) : lines).join('\n'));
    for (const row of result?.rows ?? []) rows.push({ ...row, name: `${part}: ${row.name}` });
  }
  return { rows, failed };
}

/** A part that broke has printed no object. */
function lastObject(lines: readonly string[]): { readonly rows: Row[] } | undefined {
  const last = lines.at(-1);
  return last?.startsWith('{') ? JSON.parse(last) : undefined;
}
