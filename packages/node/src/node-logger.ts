import { type DestinationStream, type Logger, pino } from 'pino';
import { build } from 'pino-pretty';
import type { NodeConfig } from './config.js';

/** JSON lines for machines, or lines for people; on stderr, because stdout is for data. */
export function nodeLogger(
  { node, logging }: NodeConfig,
  { isTerminal }: { readonly isTerminal: boolean },
): Logger {
  const pretty = logging.pretty ?? isTerminal;
  const options = { name: 'hearsay', level: logging.level, base: { node } };
  const stream: DestinationStream = pretty
    ? build({
        destination: 2,
        sync: true,
        ignore: 'pid,hostname,node,name',
        translateTime: 'HH:MM:ss.l',
      })
    : pino.destination({ dest: 2, sync: true });
  return pino(options, stream);
}
