import { parseArgs } from 'node:util';
import type { ModelMedium } from './scenario.ts';
import { PRODUCTION, SEND_US, type Settings } from './settings.ts';

export const HELP = `npm run sim -- scale [--nodes 100,1000,10000] [--medium direct,gossipsub] [--loss 0,0.3] [--link-ms 50]
                     [--links N] [--set NAME=VALUE,…] [--runs N] [--seed N] [--json] [--write | --measure]
How events spread in large clusters: a model of the mesh, see docs/SCALE.md.
  --loss     share of all messages that never arrive, repair's included
  --links    links of a node; without it everyone is linked to everyone, as in production
  --send-us  what a sender's processor takes for a copy; default ${SEND_US}
  --set      other settings than production's: ${Object.keys(PRODUCTION).join(', ')}
  --runs     events that are published, one at a time; by default as many as 100,000 deliveries take
  --json     one JSON object as the last line
  --write    all that docs/SCALE.md shows: its data, plots and tables (some ten minutes)
  --measure  measures real nodes on this machine and writes that into the data of docs/SCALE.md`;

export interface ScaleOptions {
  readonly kind: 'run';
  readonly nodes: readonly number[];
  readonly media: readonly ModelMedium[];
  readonly losses: readonly number[];
  readonly linkMs: number;
  readonly links: number | null;
  readonly sendUs: number;
  readonly settings: Partial<Settings>;
  /** `undefined`: as many as the size asks for. */
  readonly runs: number | undefined;
  readonly seed: number;
  readonly json: boolean;
}

export type Command =
  | ScaleOptions
  | { readonly kind: 'help' | 'write' | 'measure' }
  | { readonly kind: 'invalid'; readonly message: string };

const NODES_MAX = 10_000;

export function parseCommand(argv: readonly string[]): Command {
  try {
    return commandOf(argv);
  } catch (error) {
    return { kind: 'invalid', message: (error as Error).message };
  }
}

function commandOf(argv: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      nodes: { type: 'string', default: '100,1000,10000' },
      medium: { type: 'string', default: 'direct,gossipsub' },
      loss: { type: 'string', default: '0,0.3' },
      'link-ms': { type: 'string', default: '50' },
      links: { type: 'string' },
      'send-us': { type: 'string', default: String(SEND_US) },
      set: { type: 'string', default: '' },
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      measure: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  if (values.write) return { kind: 'write' };
  if (values.measure) return { kind: 'measure' };
  const media = values.medium.split(',').map(mediumOf);
  const links = values.links === undefined ? null : whole('links', values.links, 2, NODES_MAX);
  if (links !== null && media.includes('direct'))
    throw new RangeError('--links: direct links reach only linked nodes; add --medium gossipsub');
  return {
    kind: 'run',
    nodes: values.nodes.split(',').map((text) => whole('nodes', text, 2, NODES_MAX)),
    media,
    losses: values.loss.split(',').map((text) => within('loss', text, 0, 0.9)),
    linkMs: within('link-ms', values['link-ms'], 0, 1_000),
    links,
    sendUs: within('send-us', values['send-us'], 0, 10_000),
    settings: settingsOf(values.set),
    runs: values.runs === undefined ? undefined : whole('runs', values.runs, 1, 1_000),
    seed: whole('seed', values.seed, 0, 2 ** 20),
    json: values.json,
  };
}

function mediumOf(text: string): ModelMedium {
  if (text === 'direct' || text === 'gossipsub') return text;
  throw new RangeError(`--medium ${text} is unknown: use direct, gossipsub`);
}

function settingsOf(text: string): Partial<Settings> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      if (!(name in PRODUCTION))
        throw new RangeError(`--set ${name} is unknown: use ${Object.keys(PRODUCTION).join(', ')}`);
      return [name, within(`set ${name}`, value, 0, 1_000_000)];
    }),
  );
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = within(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`--${name} ${text} is not a whole number: use ${min} to ${max}`);
}

function within(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new RangeError(`--${name} ${text} is not valid: use ${min} to ${max}`);
}
