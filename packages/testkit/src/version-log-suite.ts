/** What every version log in a database must do for its writers, as cases that any test runner can register. */
import assert from 'node:assert/strict';
import { type ChainHead, GENESIS, LIMITS, scopeOf, targetOf, type Version } from '@hearsay/spi';
import { A, assertChain, B, followBoth, read, START, versions } from './version-log-reading.js';
import { begin, key, ORIGIN, type VersionLogSubject, within } from './version-log-subject.js';

export interface VersionLogCase {
  readonly name: string;
  run(): Promise<void>;
}

/** @param make called once a case; what it made is closed by the case, also when it fails */
export function versionLogSuite(make: () => Promise<VersionLogSubject>): readonly VersionLogCase[] {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    },
  }));
}

const CASES: Readonly<Record<string, (subject: VersionLogSubject) => Promise<void>>> = {
  'what is not committed is not seen, then it is seen whole (L3)': async ({ log, connect }) => {
    await log.ensureScopes([A, B]);
    const user = await connect();
    await begin(user);
    await log.appendInTransaction(user, ORIGIN, [key(A, 'k'), key(B, 'k')]);
    assert.deepEqual(await versions(log), [0, 0]);
    await user.query('COMMIT', []);
    assert.deepEqual(await versions(log), [1, 1]);
  },

  'what is rolled back leaves nothing, and its numbers come again with other links (L1)': async ({
    log,
    connect,
  }) => {
    const user = await connect();
    const append = () => log.appendInTransaction(user, ORIGIN, [key(A, 'k1'), key(A, 'k2')]);
    await begin(user);
    const lost = await append();
    await user.query('ROLLBACK', []);
    const kept = await within(user, append);
    assert.deepEqual(
      lost.announcements.map(({ place }) => place?.version),
      kept.announcements.map(({ place }) => place?.version),
    );
    assert.notEqual(lost.positions[0]?.appendId, kept.positions[0]?.appendId);
    const { head, rows } = await read(log, A);
    assertChain(START, rows);
    assert.equal(head.appendId, kept.positions[0]?.appendId);
  },

  'what is rolled back to a savepoint leaves nothing (L1, L2)': async ({ log, connect }) => {
    const [user, other] = [await connect(), await connect()];
    const first = await within(user, async () => {
      await user.query('SAVEPOINT before_append', []);
      const lost = await log.appendInTransaction(user, ORIGIN, [key(A, 'lost')]);
      await user.query('ROLLBACK TO SAVEPOINT before_append', []);
      return lost;
    });
    const second = await within(other, () =>
      log.appendInTransaction(other, ORIGIN, [key(A, 'kept')]),
    );
    assert.equal(first.positions[0]?.version, second.positions[0]?.version);
    const { rows } = await read(log, A);
    assert.deepEqual(
      rows.map(({ target, appendId }) => [target.key, appendId]),
      [['kept', second.positions[0]?.appendId]],
    );
  },

  'the change and its invalidation are there together, or neither': async ({ log, connect }) => {
    const user = await connect();
    for (const end of ['COMMIT', 'ROLLBACK']) {
      await begin(user);
      await user.query(`INSERT INTO item (name) VALUES ('${end}')`, []);
      await log.appendInTransaction(user, ORIGIN, [key(A, end)]);
      await user.query(end, []);
    }
    const items = await user.query('SELECT name FROM item', []);
    assert.deepEqual(
      items.map(({ name }) => name),
      ['COMMIT'],
    );
    assert.deepEqual(
      (await read(log, A)).rows.map(({ target }) => target.key),
      ['COMMIT'],
    );
  },

  'a commit that is late is not passed over (L1, L5)': async ({ log, connect, oneWriter }) => {
    await log.ensureScopes([A, B]);
    const [slow, quick] = [await connect(), await connect()];
    await begin(slow);
    if (!oneWriter) {
      await log.appendInTransaction(slow, ORIGIN, [key(A, 'slow')]);
      await within(quick, () => log.appendInTransaction(quick, ORIGIN, [key(B, 'quick')]));
    }
    // A reader that starts now begins at what is committed now.
    const { readings } = await log.poll({
      positions: new Map([A, B].map((scope) => [scope, undefined])),
      rowsMax: 1,
    });
    const start = new Map(readings.map(({ scope, head }) => [scope, head]));
    if (oneWriter) await log.appendInTransaction(slow, ORIGIN, [key(A, 'slow')]);
    await slow.query('COMMIT', []);
    const { rows } = await read(log, A, start.get(A));
    assert.deepEqual(
      rows.map(({ target }) => target.key),
      ['slow'],
    );
  },

  'writers of one scope form one chain in the order of their commits (L1)': async (subject) => {
    const { log, connect } = subject;
    await log.ensureScopes([A]);
    const users = await Promise.all(Array.from({ length: 6 }, () => connect()));
    const committed: number[] = [];
    await Promise.all(
      users.map(async (user, u) => {
        for (let i = 0; i < 10; i++) {
          const { positions } = await within(user, () =>
            log.appendInTransaction(user, ORIGIN, [key(A, `u${u}/${i}`)]),
          );
          committed.push(positions[0]?.version ?? 0);
        }
      }),
    );
    const { rows } = await read(log, A);
    assertChain(START, rows);
    assert.equal(rows.length, 60);
    assert.deepEqual(
      committed.toSorted((a, b) => a - b),
      rows.map(({ version }) => version),
    );
  },

  'writers that name scopes in opposite order do not deadlock (L6)': async ({ log, connect }) => {
    await log.ensureScopes([A, B]);
    const users = await Promise.all(Array.from({ length: 4 }, () => connect()));
    await Promise.all(
      users.map(async (user, u) => {
        const scopes = u % 2 === 0 ? [A, B] : [B, A];
        for (let i = 0; i < 10; i++)
          await within(user, () =>
            log.appendInTransaction(
              user,
              ORIGIN,
              scopes.map((scope) => key(scope, `k${i}`)),
            ),
          );
      }),
    );
    assert.deepEqual(await versions(log), [40, 40]);
  },

  'a poll sees a write to two scopes in both or in neither (L3)': async ({ log, connect }) => {
    await log.ensureScopes([A, B]);
    const user = await connect();
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 60; i++)
        await within(user, () =>
          log.appendInTransaction(user, ORIGIN, [key(A, `k${i}`), key(B, `k${i}`)]),
        );
    })().finally(() => {
      writing = false;
    });
    writer.catch(() => undefined);
    let at: readonly [ChainHead, ChainHead] = [START, START];
    while (writing) at = await followBoth(log, at);
    await writer;
    at = await followBoth(log, at);
    assert.equal(at[0].version, 60);
  },

  'scopes that are new are created by those who first use them, at once (L6)': async (subject) => {
    const users = await Promise.all(Array.from({ length: 6 }, () => subject.connect()));
    const scopes = ['s1', 's2', 's3'].map(scopeOf);
    await Promise.all(
      users.map((user) =>
        within(user, () =>
          subject.log.appendInTransaction(
            user,
            ORIGIN,
            scopes.map((scope) => key(scope, 'k')),
          ),
        ),
      ),
    );
    for (const scope of scopes) assert.equal((await read(subject.log, scope)).head.version, 6);
  },

  'those who open a new log at once have one log': async ({ log, open }) => {
    const logs = await Promise.all(Array.from({ length: 10 }, () => open()));
    assert.deepEqual(
      logs.map(({ logId }) => logId),
      logs.map(() => log.logId),
    );
  },

  [`one write names ${LIMITS.batchEventsMax} things in ${LIMITS.scopesPerWriteMax} scopes, and not one more`]:
    async ({ log, connect }) => {
      const user = await connect();
      const scopes = Array.from({ length: LIMITS.scopesPerWriteMax }, (_, i) => scopeOf(`s${i}`));
      const many = Array.from({ length: LIMITS.batchEventsMax }, (_, i) =>
        key(scopes[i % scopes.length] ?? A, `k${i}`),
      );
      const appended = await within(user, () => log.appendInTransaction(user, ORIGIN, many));
      assert.equal(appended.announcements.length, many.length);
      for (const tooMany of [
        [...many, key(A, 'k')],
        [...scopes, A].map((scope) => key(scope, 'k')),
      ]) {
        await begin(user);
        await assert.rejects(log.appendInTransaction(user, ORIGIN, tooMany), {
          code: 'HEARSAY_BATCH_TOO_LARGE',
        });
        await user.query('ROLLBACK', []);
      }
      const { rows } = await read(log, scopes[0] ?? A);
      assertChain(START, rows);
      assert.equal(rows.length, many.length / scopes.length);
    },

  'names of every kind come back as they were': async ({ log, connect }) => {
    const user = await connect();
    const texts = [
      'it’s',
      "it's 100%",
      'a\\b"c',
      '日本/😀',
      '$1 ? :x {}',
      'x'.repeat(LIMITS.tagBytesMax),
    ];
    await within(user, () =>
      log.appendInTransaction(
        user,
        ORIGIN,
        texts.map((tag) => ({ scope: A, target: targetOf({ tag }) })),
      ),
    );
    const longest = 'k'.repeat(LIMITS.keyBytesMax);
    await log.append(ORIGIN, [key(A, longest)]);
    assert.deepEqual(
      (await read(log, A)).rows.map(({ target }) => target.key),
      [...texts, longest],
    );
  },

  'pruning by age leaves what is younger, and raises the floor below it (L4)': async ({ log }) => {
    for (let i = 0; i < 3; i++) await log.append(ORIGIN, [key(A, `k${i}`)]);
    assert.deepEqual(await log.prune({ scope: A, maxAgeMs: 3_600_000 }), { pruned: 0 });
    assert.equal((await read(log, A)).floor, 0);
    // Nothing is younger than now, or it is all of the same moment.
    await log.prune({ scope: A, maxAgeMs: 0 });
    const { floor, rows, head } = await read(log, A);
    assert.equal(rows.length, 3 - floor);
    assert.equal(head.version, 3);
    await log.append(ORIGIN, [key(A, 'next')]);
    assert.equal((await read(log, A)).head.version, 4);
  },

  'readers and a prune at once: whoever misses a row finds the floor above it (L4)': async ({
    log,
    connect,
  }) => {
    const user = await connect();
    const many = Array.from({ length: 2000 }, (_, i) => key(A, `k${i}`));
    await within(user, () => log.appendInTransaction(user, ORIGIN, many));
    let pruning = true;
    const prune = log.prune({ scope: A, keepRows: 100 }).finally(() => {
      pruning = false;
    });
    prune.catch(() => undefined);
    while (pruning) {
      const { floor, rows } = await read(log, A);
      if (rows[0]?.version !== 1) assert.equal(floor, 1900);
    }
    assert.deepEqual(await prune, { pruned: 1900 });
    assert.deepEqual(
      (await read(log, A, { version: 1900 as Version, appendId: GENESIS })).rows.length,
      100,
    );
  },

  'nodes that share a log find each other until they leave': async ({ log, open }) => {
    const other = await open();
    const self = (node: string) => ({ ...ORIGIN, node: node as never, addresses: ['127.0.0.1:1'] });
    await log.discovery.announce?.(self('one'));
    await other.discovery.announce?.(self('two'));
    await other.discovery.announce?.(self('two'));
    const names = async () =>
      (await log.discovery.discover()).map(({ node }) => String(node)).toSorted();
    assert.deepEqual(await names(), ['one', 'two']);
    await other.discovery.withdraw?.(self('two'));
    assert.deepEqual(await names(), ['one']);
  },
};
