/**
 * What repair costs by itself: digests while nothing happens, finding out in what two vectors differ, and
 * memory for each origin. The production machines and the real encoder; no network, no clock but a
 * counted one.
 */
import type { PartOptions } from '../part.ts';
import { idleBytesPerSecond } from '../repair/idle-digests.ts';
import { bytesPerOrigin } from '../repair/memory.ts';
import { Pair, type Reconciliation } from '../repair/reconciliation.ts';
import { atMost, context, type Row } from '../row.ts';
import { worst } from '../statistics.ts';

const NODES = [2, 50, 1_000, 10_000];
const IDLE_BYTES_PER_SECOND_MAX = 2_000;

const ORIGINS = [200, 1_000, 10_000];
/** Origins that differ → bytes that finding them may cost where vectors are long. */
const DIFFERENCES = new Map([
  [1, 1_000],
  [10, 5_000],
  [100, 20_000],
]);
/** A vector of 200 origins travels whole, and with names of an ordinary length takes less than this both ways. */
const WHOLE_BYTES_MAX = 16_000;
const ROUND_TRIPS_MAX = 4;

const BYTES_PER_ORIGIN_MAX = 1_100;

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  // Before anything else has filled the heap.
  progress('memory');
  const memory = bytesPerOrigin(10_000);
  const rows: Row[] = [];
  for (const nodes of NODES) {
    progress(`digests of ${nodes} idle nodes`);
    const bytes = idleBytesPerSecond(nodes, quick ? 5 : 30);
    rows.push(
      atMost(`idle digests of a node of ${nodes}`, bytes, 'B/s', IDLE_BYTES_PER_SECOND_MAX),
    );
  }
  for (const origins of ORIGINS) {
    progress(`vectors of ${origins} origins`);
    rows.push(...reconciliations(origins, quick ? 3 : 20));
  }
  return [...rows, atMost('memory of an origin of 10,000', memory, 'B', BYTES_PER_ORIGIN_MAX)];
}

function reconciliations(origins: number, runs: number): Row[] {
  const pair = new Pair(origins, true);
  const old = new Pair(origins, false);
  return [...DIFFERENCES].flatMap(([count, bytesMax]) => {
    const name = `${count} of ${origins} origins differ`;
    const all = Array.from({ length: runs }, () => complete(pair.differ(count), name));
    const bytes = worst(all.map((one) => one.bytes));
    const roundTrips = worst(all.map((one) => one.roundTrips));
    const whole = complete(old.differ(count), name);
    return [
      atMost(`${name}: bytes`, bytes, 'B', origins > 200 ? bytesMax : WHOLE_BYTES_MAX),
      atMost(`${name}: round trips`, roundTrips, '', ROUND_TRIPS_MAX),
      context(`${name}: bytes of whole vectors`, whole.bytes, 'B'),
    ];
  });
}

/** Figures of something that did not come about are none. */
function complete(reconciliation: Reconciliation, name: string): Reconciliation {
  if (!reconciliation.isComplete) throw new Error(`${name}, and not all of them were found`);
  return reconciliation;
}
