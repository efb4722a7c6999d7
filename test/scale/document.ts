import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figuresOf } from './figures.ts';
import { DOCS, type Results } from './results.ts';
import { tablesOf } from './tables.ts';

const DOCUMENT = join(DOCS, 'SCALE.md');

/** @returns the file's text, by its path, of all that follows from the results */
export function documentOf(results: Results): ReadonlyMap<string, string> {
  const files = new Map([
    [DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tablesOf(results))],
  ]);
  for (const [name, svg] of Object.entries(figuresOf(results)))
    files.set(join(DOCS, 'scale', name), svg);
  return files;
}

export function writeDocument(results: Results): void {
  mkdirSync(join(DOCS, 'scale'), { recursive: true });
  for (const [path, text] of documentOf(results)) writeFileSync(path, text);
}

/** Puts each table between its markers, `<!-- table NAME -->` and `<!-- end -->`. */
function withTables(text: string, tables: Readonly<Record<string, string>>): string {
  const left = new Set(Object.keys(tables));
  const replaced = text.replace(
    /(<!-- table (\w+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => {
      if (!left.delete(name)) throw new Error(`docs/SCALE.md has no use for a table ${name}`);
      return `${start}${tables[name]}\n${end}`;
    },
  );
  if (left.size > 0) throw new Error(`docs/SCALE.md has no place for ${[...left].join(', ')}`);
  return replaced;
}
