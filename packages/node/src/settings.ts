import type { z } from 'zod';
import { nodeConfigSchema } from './config.js';

/** One value of the configuration, and its names in the other sources. */
export interface Setting {
  /** As in the file: `mesh.listen`. */
  readonly path: string;
  /** As an argument: `--mesh-listen`. */
  readonly flag: string;
  /** In the environment: `HEARSAY_MESH_LISTEN`. */
  readonly variable: string;
  readonly kind: 'text' | 'list' | 'number' | 'boolean';
  readonly isSecret: boolean;
  readonly description: string;
  readonly choices: readonly string[];
}

const KINDS: Readonly<Record<string, Setting['kind']>> = {
  array: 'list',
  number: 'number',
  boolean: 'boolean',
};

/** All that can be set, read off the schema so that file, environment and flags cannot drift apart. */
export const SETTINGS: readonly Setting[] = settingsOf(nodeConfigSchema, []);

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function settingsOf(schema: z.core.$ZodType, path: readonly string[]): Setting[] {
  const { inner, description, isSecret } = unwrapped(schema);
  if ('shape' in inner)
    return Object.entries(inner.shape as Shape).flatMap(([name, part]) =>
      settingsOf(part, [...path, name]),
    );
  const words = path.flatMap((name) => name.split(/(?=[A-Z])/)).map((word) => word.toLowerCase());
  const choices = 'options' in inner ? (inner.options as string[]) : [];
  const kind = KINDS[inner._zod.def.type] ?? 'text';
  return [
    {
      path: path.join('.'),
      flag: words.join('-'),
      variable: `HEARSAY_${words.join('_').toUpperCase()}`,
      kind,
      isSecret,
      description,
      choices,
    },
  ];
}

/** Defaults and the like are wrapped around what is set; each may describe it. */
function unwrapped(schema: z.core.$ZodType): {
  readonly inner: z.core.$ZodType;
  readonly description: string;
  readonly isSecret: boolean;
} {
  let inner = schema;
  let meta: Readonly<Record<string, unknown>> = {};
  for (;;) {
    meta = { ...(inner as z.ZodType).meta?.(), ...meta };
    const { def } = inner._zod as { readonly def: { readonly innerType?: z.core.$ZodType } };
    if (!def.innerType) break;
    inner = def.innerType;
  }
  return {
    inner,
    description: String(meta['description'] ?? ''),
    isSecret: meta['secret'] === true,
  };
}
