/** A node as a service has it: log, mesh and one cache. Answers once it is coherent with all its peers. */
import { startHearsay } from 'hearsay';

const CONNECT_MS = 20_000;

async function start({ node, database, peers }) {
  const hearsay = await startHearsay({ node, log: { sqlite: database }, mesh: {} });
  hearsay.cache('table', { ttlMs: 60_000 });
  const giveUpAtMs = performance.now() + CONNECT_MS;
  while (!isConnected(hearsay.status(), peers)) {
    if (performance.now() > giveUpAtMs) throw new Error(`not connected within ${CONNECT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isConnected({ coherence, peers }, others) {
  return coherence === 'coherent' && peers.length === others;
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ id, argument }) => {
  try {
    await start(argument);
    process.send({ id }, () => {});
  } catch (error) {
    process.send({ id, error: error.message }, () => {});
  }
});
