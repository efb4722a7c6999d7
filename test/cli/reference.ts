/** The commands of docs/CLI.md: each block begins with `$ hearsay …` and shows what it printed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './standalone-cluster.ts';

const FILE = join(import.meta.dirname, '../../docs/CLI.md');
const BLOCK = /```console\n\$ hearsay (.*)\n([\s\S]*?)```\n/g;

export interface Example {
  /** What stands after `hearsay`. */
  readonly command: string;
  readonly output: string;
}

/** What commands are put to. */
export interface AskedCluster {
  readonly nodes: readonly { readonly address: string; readonly url: string }[];
  ask(argv: readonly string[]): Promise<Outcome>;
}

export function readExamples(): Example[] {
  const text = readFileSync(FILE, 'utf8');
  return [...text.matchAll(BLOCK)].map(([, command = '', output = '']) => ({ command, output }));
}

/** Puts what the commands print now into the document. */
export function writeExamples(outputs: ReadonlyMap<string, string>): void {
  const text = readFileSync(FILE, 'utf8');
  const written = text.replace(BLOCK, (_, command: string, output: string) => {
    const now = outputs.get(command) ?? output;
    return `\`\`\`console\n$ hearsay ${command}\n${now}\`\`\`\n`;
  });
  writeFileSync(FILE, written);
}

/** Runs one in the cluster; addresses are those of the document. */
export async function outputOf(cluster: AskedCluster, command: string): Promise<string> {
  const { stdout, stderr } = await cluster.ask(command.split(' ').filter(Boolean));
  let text = `${stdout}${stderr}`;
  cluster.nodes.forEach(({ address, url }, index) => {
    text = text.replaceAll(url, `http://127.0.0.1:${7947 + 10 * index}`);
    text = text.replaceAll(address, `127.0.0.1:${7946 + 10 * index}`);
  });
  return text;
}

/** @returns the text without what differs from run to run, and with how busy the machine is */
export function shapeOf(text: string): string {
  return text
    .replace(/(?<=^faults of the last hour: )\d+\n[\s\S]*/m, '#')
    .replace(/^ {2}(?:ok|warning|fault) +([^:]*):.*\n(?: {10}.*\n)?/gm, '# $1\n')
    .replace(/\b[0-9a-f]{32,64}\b|\b[0-9a-f]{16}\b|\b[0-9a-f]{8}\b/g, '#')
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, '#')
    .replace(/\b\d+(\.\d+)? (ms|s|min|h|KiB|MiB)(?![a-z])/g, '#')
    .replace(/\b(coherent|catching-up|isolated|alone|dark)\b/g, '#')
    .replace(/(?<=process +)\d+/g, '#')
    .replace(/Node \d+\.\d+\.\d+|version: v?\d+\.\d+\.\d+/g, '#')
    .replace(/(?<= )(?:\d+(?: ms ago)?|–|unproven|none|gossip|log|# ago)(?= |$)/gm, '#')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ /gm, '');
}
