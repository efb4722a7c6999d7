import type { NodeConfig } from './config.js';
import { SETTINGS } from './settings.js';

const HIDDEN = '***';

/** @returns the configuration as it may be shown: secrets are replaced, of a URL only its password */
export function redact(config: NodeConfig): NodeConfig {
  const copy = structuredClone(config);
  for (const { path, isSecret } of SETTINGS) {
    if (!isSecret) continue;
    const names = path.split('.');
    const last = names.pop() as string;
    const holder = names.reduce<Record<string, unknown>>(
      (fields, name) => fields[name] as Record<string, unknown>,
      copy as Record<string, unknown>,
    );
    const value = holder[last];
    if (Array.isArray(value)) holder[last] = value.map(() => HIDDEN);
    else if (typeof value === 'string') holder[last] = withoutPassword(value);
  }
  return copy;
}

function withoutPassword(value: string): string {
  if (!URL.canParse(value)) return HIDDEN;
  const url = new URL(value);
  if (url.password !== '') url.password = HIDDEN;
  for (const name of [...url.searchParams.keys()])
    if (/pass|secret|key/i.test(name)) url.searchParams.set(name, HIDDEN);
  return url.href;
}
