import { type Epoch, invalidationOf, type NodeName } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { InMemoryVersionLog } from '../src/in-memory-version-log.js';
import { type VersionSourceSubject, versionSourceSuite } from '../src/version-source-suite.js';
import { seededHex } from './seeded-hex.js';

const origin = { node: 'a' as NodeName, epoch: '00000000000000aa' as Epoch };

function subjectOf(log: InMemoryVersionLog): VersionSourceSubject {
  return {
    source: log,
    append: async (scope, targets) =>
      log.append(
        targets.map((target) => invalidationOf(scope, target)),
        origin,
      ),
    prune: async (scope, keepRows) => log.prune(scope, keepRows),
    close: () => log.close(),
  };
}

describe('the in-memory log passes the suite', () => {
  for (const { name, run } of versionSourceSuite(async () =>
    subjectOf(new InMemoryVersionLog(seededHex(1))),
  ))
    test(name, run);
});

/** Breaks that a log in a database can have; the suite must notice each. */
const BREAKS: Record<string, (subject: VersionSourceSubject) => VersionSourceSubject> = {
  'rows that lose their order': (subject) => mapRows(subject, (rows) => rows.toReversed()),
  'a row that is left out': (subject) => mapRows(subject, (rows) => rows.filter((_, i) => i !== 1)),
  'rowsMax that is ignored': (subject) =>
    withPoll(
      subject,
      (poll) => (request) =>
        poll({ ...request, rowsMax: Math.min(request.rowsMax * 1000, 65_536) }),
    ),
  'pruning that does nothing': (subject) => ({ ...subject, prune: async () => undefined }),
  'an append that says nothing': (subject) => ({
    ...subject,
    append: async (scope, targets) => {
      const { positions } = await subject.append(scope, targets);
      return { announcements: [], positions };
    },
  }),
};

describe('the suite notices', () => {
  for (const [name, broken] of Object.entries(BREAKS))
    test(name, async () => {
      const suite = versionSourceSuite(async () =>
        broken(subjectOf(new InMemoryVersionLog(seededHex(1)))),
      );
      const outcomes = await Promise.allSettled(suite.map(({ run }) => run()));
      expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    });
});

type Poll = VersionSourceSubject['source']['poll'];

function withPoll(subject: VersionSourceSubject, wrap: (poll: Poll) => Poll): VersionSourceSubject {
  const { source } = subject;
  const poll = wrap((request) => source.poll(request));
  return { ...subject, source: { poll, close: () => source.close() } };
}

type Rows = Awaited<ReturnType<Poll>>['readings'][number]['rows'];

function mapRows(subject: VersionSourceSubject, map: (rows: Rows) => Rows): VersionSourceSubject {
  return withPoll(subject, (poll) => async (request) => {
    const answer = await poll(request);
    const readings = answer.readings.map((reading) => ({ ...reading, rows: map(reading.rows) }));
    return { ...answer, readings };
  });
}
