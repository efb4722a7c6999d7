import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the committed code is what the schema generates', () => {
  const home = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-generated-'));
  try {
    execFileSync(process.execPath, [join(home, 'scripts/generate.mjs'), folder]);
    expect(readFileSync(join(folder, 'hearsay.ts'), 'utf8')).toBe(
      readFileSync(join(home, 'src/generated/hearsay.ts'), 'utf8'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
