import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ABSENT, AdminTimeoutError, valueDigest } from '@hearsay/admin/client';
import { UsageError } from '../exit-code.js';

/** What is asked of the user's module at once. */
const KEYS_MAX = 500;

interface LoadOptions {
  readonly signal: AbortSignal;
}

type ByKey = ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;
type Load = (scope: string, keys: readonly string[], options: LoadOptions) => unknown;

/** What the user's module exports: one of `load` and `digests`. */
interface TruthModule {
  /** Values by key; what has none is left out, or `undefined`. */
  readonly load?: Load;
  /** As `load`, digests in place of values. */
  readonly digests?: Load;
  /** Called last. */
  readonly close?: () => unknown;
}

/** The database, as the user's module reads it. */
export class Truth {
  readonly #path: string;
  readonly #module: TruthModule;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;

  private constructor(path: string, module: TruthModule, timeoutMs: number, signal: AbortSignal) {
    this.#path = path;
    this.#module = module;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /**
   * @param timeoutMs for one call of the module
   * @throws {UsageError} there is no such module, or it is not what it must be
   */
  static async open(path: string, timeoutMs: number, signal: AbortSignal): Promise<Truth> {
    const module: TruthModule = await import(pathToFileURL(resolve(path)).href).catch((error) => {
      throw new UsageError(`${path} cannot be loaded: ${lineOf(error)}`);
    });
    const { load, digests } = module;
    if (typeof load !== 'function' && typeof digests !== 'function')
      throw new UsageError(
        `${path} exports neither load(scope, keys) nor digests(scope, keys): export one of them`,
      );
    return new Truth(path, module, timeoutMs, signal);
  }

  /**
   * @returns the digest of every key
   * @throws {UsageError} the module failed @throws {AdminTimeoutError} it was not done in time
   */
  async digests(scope: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (let from = 0; from < keys.length; from += KEYS_MAX) {
      const asked = keys.slice(from, from + KEYS_MAX);
      const values = await this.#call(scope, asked);
      for (const key of asked) found.set(key, this.#digestOf(key, valueUnder(values, key)));
    }
    return found;
  }

  async close(): Promise<void> {
    try {
      await this.#module.close?.();
    } catch (error) {
      throw new UsageError(`${this.#path}: close() failed: ${lineOf(error)}`);
    }
  }

  async #call(scope: string, keys: readonly string[]): Promise<ByKey> {
    const { load, digests } = this.#module;
    const name = digests ? 'digests' : 'load';
    const timeout = new AbortController();
    // Unlike that of AbortSignal.timeout it keeps the process alive, where the module waits for nothing.
    const timer = setTimeout(() => timeout.abort(), this.#timeoutMs);
    const signal = AbortSignal.any([this.#signal, timeout.signal]);
    let reply: unknown;
    try {
      const called = (digests ?? load)?.(scope, keys, { signal });
      reply = await Promise.race([called, rejectionOf(signal)]);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (timeout.signal.aborted)
        throw new AdminTimeoutError(
          `${this.#path}: ${name}() was not done within ${this.#timeoutMs} ms: give --timeout`,
        );
      throw new UsageError(`${this.#path}: ${name}() failed: ${lineOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
    if (typeof reply !== 'object' || reply === null || Array.isArray(reply))
      throw new UsageError(
        `${this.#path}: ${name}() must return a Map or an object of key → ${digests ? 'digest' : 'value'}`,
      );
    return reply as ByKey;
  }

  #digestOf(key: string, value: unknown): string {
    if (!this.#module.digests) {
      try {
        return valueDigest(value);
      } catch (error) {
        throw new UsageError(`${this.#path}: the value of ${key} has no digest: ${lineOf(error)}`);
      }
    }
    if (value === undefined) return ABSENT;
    if (typeof value === 'string') return value;
    throw new UsageError(`${this.#path}: digests() returned ${typeof value} for ${key}: use text`);
  }
}

function valueUnder(values: ByKey, key: string): unknown {
  if (values instanceof Map) return values.get(key);
  return Object.hasOwn(values, key) ? (values as Record<string, unknown>)[key] : undefined;
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
