// Generates src/generated/hearsay.ts from src/hearsay.proto, or into the folder given as argument.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from 'protons';

// The generator writes for a laxer compiler: it uses namespaces and ignores exactOptionalPropertyTypes.
const HEADER =
  '// @ts-nocheck\n// Generated from hearsay.proto by `npm run generate`; never edit it.\n';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = process.argv[2] ?? join(home, 'src/generated');

await generate(join(home, 'src/hearsay.proto'), { output, strict: true });
const file = join(output, 'hearsay.ts');
writeFileSync(file, HEADER + readFileSync(file, 'utf8'));
