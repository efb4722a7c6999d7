import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Made on the machine's disk, and removed when disposed of or when this process ends. */
export class TemporaryDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'hearsay-bench-'));

  constructor() {
    process.once('exit', this.#remove);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });
}
