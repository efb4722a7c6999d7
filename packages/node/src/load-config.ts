import { ConfigInvalidError } from '@hearsay/spi';
import { type NodeConfig, nodeConfigSchema } from './config.js';
import { SETTINGS } from './settings.js';
import { type Arguments, readEnvironment, readFile } from './sources.js';

/**
 * Arguments before the environment before the file before the defaults.
 * @throws {ConfigInvalidError} names the field, with every source already named that can be
 */
export function loadConfig(
  { file, settings }: Arguments,
  environment: Readonly<Record<string, string | undefined>>,
): NodeConfig {
  const config = file === undefined ? {} : readFile(file);
  for (const source of [readEnvironment(environment), settings])
    for (const [path, value] of source) put(config, path.split('.'), value);
  const result = nodeConfigSchema.safeParse(config);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  const isUnknown = issue?.code === 'unrecognized_keys';
  const known = SETTINGS.map((setting) => setting.path).filter((name) => name.startsWith(path));
  throw new ConfigInvalidError(
    isUnknown
      ? `field ${[path, issue.keys[0]].filter(Boolean).join('.')} is unknown: use ${known.join(', ')}`
      : `field ${path}: ${issue?.message}`,
  );
}

function put(
  target: Record<string, unknown>,
  [name = '', ...rest]: string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  // What is no object is left for the schema to refuse.
  if (inner !== undefined && (typeof inner !== 'object' || inner === null)) return;
  const fields = (inner ?? {}) as Record<string, unknown>;
  target[name] = fields;
  put(fields, rest, value);
}
