import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigInvalidError } from '@hearsay/spi';
import { parse } from 'yaml';
import { SETTINGS, type Setting } from './settings.js';

/** What the command line says beside settings. */
export interface Arguments {
  readonly file: string | undefined;
  readonly check: boolean;
  readonly help: boolean;
  /** By path. */
  readonly settings: ReadonlyMap<string, unknown>;
}

const FILE_BYTES_MAX = 1_048_576;

/** @throws {ConfigInvalidError} names the argument */
export function readArguments(argv: readonly string[]): Arguments {
  const flags = SETTINGS.map(({ flag, kind }) => {
    const type: 'boolean' | 'string' = kind === 'boolean' ? 'boolean' : 'string';
    return [flag, { type, multiple: kind === 'list' }] as const;
  });
  const own = {
    config: { type: 'string' },
    check: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const values = parsed(argv, { ...Object.fromEntries(flags), ...own });
  const settings = new Map<string, unknown>();
  for (const setting of SETTINGS) {
    const value = values[setting.flag];
    if (value === undefined) continue;
    settings.set(
      setting.path,
      Array.isArray(value)
        ? value.flatMap(itemsOf)
        : readValue(setting, value, `--${setting.flag}`),
    );
  }
  const { config, check = false, help = false } = values;
  return {
    file: config as string | undefined,
    check: check === true,
    help: help === true,
    settings,
  };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parsed(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options, allowNegative: true }).values;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ConfigInvalidError(`${text.split(/[.\n]/)[0]}: see --help`);
  }
}

/** @throws {ConfigInvalidError} names the variable */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, unknown> {
  const settings = new Map<string, unknown>();
  for (const setting of SETTINGS) {
    const value = environment[setting.variable];
    if (value === undefined || value === '') continue;
    settings.set(setting.path, readValue(setting, value, setting.variable));
  }
  return settings;
}

/**
 * @param path of a YAML file, of which JSON is a part
 * @throws {ConfigInvalidError} unreadable, too large, or not of that form
 */
export function readFile(path: string): Record<string, unknown> {
  const text = contentOf(path);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 }) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ConfigInvalidError(`${path} is neither YAML nor JSON: ${reason}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigInvalidError(`${path} must hold fields, as "node: name"`);
  return value as Record<string, unknown>;
}

function contentOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigInvalidError(`${path} cannot be read (${code}): name a configuration file`);
  }
  if (bytes.byteLength > FILE_BYTES_MAX)
    throw new ConfigInvalidError(`${path} is larger than ${FILE_BYTES_MAX} bytes`);
  return bytes.toString('utf8');
}

function readValue({ kind }: Setting, value: string | boolean, name: string): unknown {
  if (typeof value === 'boolean' || kind === 'text') return value;
  if (kind === 'list') return itemsOf(value);
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new ConfigInvalidError(`${name} "${value.slice(0, 80)}" must be true or false`);
  }
  if (!/^-?\d{1,15}$/.test(value))
    throw new ConfigInvalidError(`${name} "${value.slice(0, 80)}" is not an integer`);
  return Number(value);
}

/** Items of a list are separated by commas. */
function itemsOf(text: string | boolean): string[] {
  return String(text)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
