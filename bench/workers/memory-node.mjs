/** A node as a service has it: log, mesh and one cache. Answers once it is coherent with all its peers. */
import { startHearsay } from 'hearsay';

async function start({ node, database, peers }) {
  const hearsay = await startHearsay({ node, log: { sqlite: database }, mesh: {} });
  hearsay.cache('table', { ttlMs: 60_000 });
  const isThere = () => {
    const { coherence, peers: known } = hearsay.status();
    return coherence === 'coherent' && known.length === peers;
  };
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 100));
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ id, argument }) => {
  try {
    await start(argument);
    process.send({ id });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
