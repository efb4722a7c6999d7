import { existsSync, readdirSync, statSync } from 'node:fs';
import { run, runBatch } from './commands.ts';

const DIRECTORY = '/run/netns';
const NAME = /^hs-(\d+)-\d+-(?:\d+|switch)$/;

/** Networks of this process that are in use, by the number that their namespaces carry. */
const inUse = new Set<number>();
let lastNumber = 0;

/** The names of one network's namespaces: they tell whose they are, and are nobody else's. */
export class NamespaceNames {
  readonly number: number;
  readonly switch: string;
  readonly hosts: readonly string[];

  constructor(hosts: number) {
    this.number = ++lastNumber;
    const prefix = `hs-${process.pid}-${this.number}`;
    this.switch = `${prefix}-switch`;
    this.hosts = Array.from({ length: hosts }, (_, index) => `${prefix}-${index}`);
    inUse.add(this.number);
  }

  get all(): readonly string[] {
    return [this.switch, ...this.hosts];
  }

  create(): void {
    runBatch(
      'ip',
      this.all.map((name) => `netns add ${name}`),
    );
  }

  /** Ends every process inside and removes what exists of them. May be called again. */
  remove(): void {
    removeNamespaces(this.all.filter((name) => existsSync(`${DIRECTORY}/${name}`)));
    inUse.delete(this.number);
  }
}

/** @returns the command with `ip` before it, which becomes the command */
export function inNamespace(name: string, command: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', name, ...command];
}

/** @returns the namespaces on this machine that a network made, whoever's it is */
export function listNamespaces(): string[] {
  return existsSync(DIRECTORY) ? readdirSync(DIRECTORY).filter((name) => NAME.test(name)) : [];
}

/** Removes what processes left that ended before they could. */
export function removeStaleNamespaces(): void {
  removeNamespaces(listNamespaces().filter(isStale));
}

/** @returns the processes that run in these namespaces */
export function processesIn(names: readonly string[]): number[] {
  const wanted = new Set(names.map((name) => identity(`${DIRECTORY}/${name}`)));
  wanted.delete(undefined);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && wanted.has(identity(`/proc/${entry}/ns/net`)))
    .map(Number);
}

/** The devices, bridges and filters of a namespace go with it, once its last process is gone. */
function removeNamespaces(names: readonly string[]): void {
  for (const pid of processesIn(names)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  for (const name of names) run('ip', ['netns', 'delete', name]);
}

function isStale(name: string): boolean {
  const [, pid, number] = name.split('-').map(Number);
  // A process may get the id that a dead one had, and find its namespaces.
  return pid === process.pid ? !inUse.has(number ?? 0) : !existsSync(`/proc/${pid}`);
}

/** @returns what tells one namespace from another; `undefined` for what is gone or not ours to see */
function identity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
