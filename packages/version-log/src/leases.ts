import type { LeaseRow, LeaseStore, LeaseTable } from '@hearsay/spi';
import type { WorkerClient } from './worker/client.js';

/** The lease table in the log's file, by way of the worker. */
export class LogLeases implements LeaseStore {
  readonly #worker: WorkerClient;
  readonly #readTimeoutMs: number;
  readonly #writeTimeoutMs: number;

  constructor(worker: WorkerClient, readTimeoutMs: number, writeTimeoutMs: number) {
    this.#worker = worker;
    this.#readTimeoutMs = readTimeoutMs;
    this.#writeTimeoutMs = writeTimeoutMs;
  }

  async commitLease(row: LeaseRow): Promise<void> {
    await this.#worker.call('commitLease', [row], this.#writeTimeoutMs);
  }

  async readLeases(): Promise<LeaseTable> {
    return this.#worker.call('readLeases', [], this.#readTimeoutMs);
  }

  async removeLeases(rows: readonly LeaseRow[]): Promise<void> {
    await this.#worker.call('removeLeases', [rows], this.#writeTimeoutMs);
  }
}
