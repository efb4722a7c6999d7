import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One package as it lies on the disk. */
export interface InstalledPackage {
  /** `name/version`, for example `@libp2p/tcp/11.0.28`. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly files: number;
  readonly licence: string;
  /** `name@range` each. */
  readonly dependencies: readonly string[];
}

/**
 * Reads what is installed, nested packages included; one of several equal copies.
 * @param root a `node_modules` directory
 */
export function readInstalledPackages(root: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const directories = packageDirectories(root);
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    const installed = readPackage(next);
    if (installed) found.set(installed.key, installed);
    directories.push(...packageDirectories(join(next, 'node_modules')));
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function packageDirectories(modules: string): string[] {
  return directoriesIn(modules).flatMap((entry) => {
    const path = join(modules, entry.name);
    return entry.name.startsWith('@')
      ? directoriesIn(path).map((inner) => join(path, inner.name))
      : path;
  });
}

/** Links are left out: they are this workspace's own packages. */
function directoriesIn(path: string): Dirent[] {
  return list(path).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
}

function readPackage(path: string): InstalledPackage | undefined {
  let manifest: Record<string, unknown>;
  try {
    manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const { name, version, license, dependencies } = manifest;
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  return {
    key: `${name}/${version}`,
    name,
    version,
    files: countFiles(path),
    licence: typeof license === 'string' ? license : 'unknown',
    dependencies: Object.entries(dependencies ?? {}).map(([other, range]) => `${other}@${range}`),
  };
}

function countFiles(path: string): number {
  let files = 0;
  for (const entry of list(path)) {
    if (entry.isDirectory() && entry.name !== 'node_modules')
      files += countFiles(join(path, entry.name));
    else if (entry.isFile()) files++;
  }
  return files;
}

function list(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
