/** One process of the demonstration: a small metadata service with its own cache over the shared file. */

import { type Hearsay, startHearsay } from 'hearsay';
import { pino } from 'pino';
import { openCatalogue } from './catalogue.ts';
import { childConfig, runChild, tellParent } from './child.ts';
import { nowUs } from './clock.ts';
import { dieAfterCommit } from './crash.ts';
import { serveDoor } from './door.ts';
import { Journal } from './journal.ts';
import type { FromService, ServiceConfig, ToService } from './messages.ts';
import { Metadata } from './metadata.ts';

const BUSY_MS = 1000;

async function main(): Promise<void> {
  const config = childConfig<ServiceConfig>();
  const logger = pino({ level: 'warn', base: { node: config.node } });
  const hearsay = await startHearsay({
    node: config.node,
    log: { sqlite: config.database },
    ...(config.polling ? {} : { poll: false }),
    mesh: {
      listen: '127.0.0.1:0',
      peers: [...config.peers],
      clusterKey: config.clusterKey,
      announce: false,
      discoverByLog: false,
      repair: config.repair,
    },
    logger,
  });
  const db = openCatalogue(config.database, { readOnly: false, busyMs: BUSY_MS });
  // Loaders read over a connection of their own: they must not see a transaction that is still open.
  const readingDb = openCatalogue(config.database, { readOnly: true, busyMs: BUSY_MS });
  const metadata = new Metadata(hearsay, db, readingDb);
  const journal = keepJournal(hearsay, metadata);
  const door = await serveDoor(metadata, journal, logger);

  runChild<ToService>(async (message) => {
    if (message.type === 'crash') return dieAfterCommit(hearsay, config.database);
    door.close();
    await hearsay.close();
    process.exit(0);
  });
  const listening: FromService = {
    type: 'listening',
    doorPort: door.port,
    meshPort: portOf(hearsay.status().listening[0]),
    epoch: metadata.epoch,
    readyUs: nowUs(),
  };
  tellParent(listening);
}

function keepJournal(hearsay: Hearsay, metadata: Metadata): Journal {
  const journal = new Journal();
  journal.add(['coherence', nowUs(), hearsay.status().coherence]);
  hearsay.on('coherence', (coherence) => journal.add(['coherence', nowUs(), coherence]));
  hearsay.on('reset', ({ scope }) => journal.add(['reset', nowUs(), scope]));
  hearsay.on('applied', ({ scope, appliedThrough }) =>
    journal.add(['applied', nowUs(), scope, appliedThrough]),
  );
  for (const cache of metadata.caches) {
    cache.on('drop', ({ key, reason }) => journal.add(['drop', nowUs(), cache.scope, key, reason]));
    cache.on('void', ({ key }) => journal.add(['void', nowUs(), cache.scope, key]));
  }
  return journal;
}

function portOf(address: string | undefined): number {
  return Number(address?.split(':').at(-1));
}

await main();
