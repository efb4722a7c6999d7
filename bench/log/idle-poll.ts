import { scopeOf, type VersionSource } from '@hearsay/spi';
import type { Appended } from '@hearsay/version-log';
import type { CountingRelay } from '../../test/databases/counting-relay.ts';
import { atMost, context, type Row } from '../row.ts';
import { benchOrigin } from '../shop.ts';
import { percentile } from '../statistics.ts';
import { nowUs } from '../time.ts';

const P50_MS_MAX = 1;
const BYTES_MAX = 1024;
const SCOPES = 16;

interface ReadLog extends VersionSource {
  append(origin: typeof benchOrigin, invalidations: readonly never[]): Promise<Appended>;
}

/** A poll by a reader who has everything already. @param relay through which the log talks to its server */
export async function measureIdlePoll(
  log: ReadLog,
  polls: number,
  relay?: CountingRelay,
): Promise<Row[]> {
  const scopes = Array.from({ length: SCOPES }, (_, index) => scopeOf(`scope-${index}`));
  await log.append(
    benchOrigin,
    scopes.map((scope) => ({ scope, target: { kind: 'key', key: 'item' } }) as never),
  );
  const unknown = new Map(scopes.map((scope) => [scope, undefined]));
  const first = await log.poll({ positions: unknown, rowsMax: 1 });
  const positions = new Map(first.readings.map(({ scope, head }) => [scope, head]));
  if (positions.size !== scopes.length) throw new Error('the log has not all the scopes');
  const request = { positions, rowsMax: 1024 };
  await log.poll(request);
  relay?.reset();
  await log.poll(request);
  const traffic = relay
    ? [
        atMost('idle poll of 16 scopes, statements', relay.statements, '', 1),
        atMost('idle poll of 16 scopes, both ways', relay.bytes, 'bytes', BYTES_MAX),
      ]
    : [];
  const times: number[] = [];
  for (let at = 0; at < polls; at++) {
    const startUs = nowUs();
    await log.poll(request);
    times.push((nowUs() - startUs) / 1000);
  }
  return [
    atMost('idle poll of 16 scopes, p50', percentile(times, 0.5), 'ms', P50_MS_MAX),
    context('idle poll of 16 scopes, p99', percentile(times, 0.99), 'ms'),
    ...traffic,
  ];
}
