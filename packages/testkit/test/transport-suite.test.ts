import { type CacheInvalidationTransport, LIMITS, type MemberAsking } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  InMemoryHub,
  type InMemoryHubOptions,
  InMemoryTransport,
  RecordingHost,
  transportSuite,
} from '../src/index.js';

function makeOn(options: InMemoryHubOptions) {
  return (count: number) => {
    const hub = new InMemoryHub(options);
    const hosts = Array.from({ length: count }, (_, i) => new RecordingHost(`node-${i}`));
    return {
      transports: hosts.map(() => new InMemoryTransport(hub)),
      hosts,
      disconnect: (i: number) => hub.cutOff(`node-${i}`),
      reconnect: (i: number) => hub.rejoin(`node-${i}`),
      close: () => {},
    };
  };
}

const ALL_CASES = { disconnects: true, asks: true };

describe('the in-memory transport', () => {
  for (const { name, run } of transportSuite(makeOn({}), ALL_CASES)) test(name, run);
});

describe('the in-memory transport that delivers everything twice', () => {
  for (const { name, run } of transportSuite(makeOn({ deliverTwice: true }), ALL_CASES))
    test(name, run);
});

describe('the in-memory transport whose journals are too short to repair', () => {
  const short = { journalEventsMax: 10 };
  const cases = transportSuite(makeOn(short), { ...ALL_CASES, deadlineMs: 500 });
  for (const { name, run } of cases.filter((one) => one.name.includes('declared as a gap')))
    test(name, run);
});

/** Each is a transport with one fault, and a part of the name of a case that must notice. */
const FAULTS: [string, string, (inner: CacheInvalidationTransport) => object][] = [
  [
    'hears itself',
    'never its own',
    (inner) => ({
      start: (host: RecordingHost) =>
        inner.start(host).then(() => {
          const { publish } = inner;
          inner.publish = async (announcements) => {
            const receipt = await publish.call(inner, announcements);
            const events = announcements.map((one, i) => ({
              ...one,
              origin: host.self,
              sequence: (receipt.first + i) as typeof receipt.first,
            }));
            host.deliver(events);
            return receipt;
          };
        }),
    }),
  ],
  [
    'loses places',
    'arrive exactly',
    (inner) => ({
      publish: (announcements: Parameters<typeof inner.publish>[0]) =>
        inner.publish(announcements.map(({ scope, target }) => ({ scope, target }))),
    }),
  ],
  [
    'lets too large batches pass',
    'one past the limit',
    (inner) => ({
      publish: async (announcements: Parameters<typeof inner.publish>[0]) => {
        const first = await inner.publish(announcements.slice(0, 4096));
        if (announcements.length <= 4096) return first;
        const { last } = await inner.publish(announcements.slice(4096));
        return { ...first, last };
      },
    }),
  ],
  [
    'takes back numbers',
    'without a hole',
    (inner) => ({
      publish: async (announcements: Parameters<typeof inner.publish>[0]) => {
        const receipt = await inner.publish(announcements);
        return { ...receipt, first: receipt.first + 1, last: receipt.last + 1 };
      },
    }),
  ],
  ['always says that it is coherent', 'is isolated', () => ({ coherence: () => 'coherent' })],
  [
    'cuts long questions short',
    'a question one byte past the limit',
    (inner) => ({
      asking: spoilt(inner.asking as MemberAsking, {
        ask: (...[member, topic, question, options]: Parameters<MemberAsking['ask']>) =>
          inner.asking?.ask(member, topic, question.subarray(0, LIMITS.questionBytesMax), options),
      }),
    }),
  ],
  [
    'mixes up answers',
    'each get their own answer',
    (inner) => {
      const answers: Uint8Array[] = [];
      return {
        asking: spoilt(inner.asking as MemberAsking, {
          ask: async (...question: Parameters<MemberAsking['ask']>) => {
            answers.push((await inner.asking?.ask(...question)) ?? new Uint8Array(0));
            return answers[0];
          },
        }),
      };
    },
  ],
  ['never stops', 'after stop is refused', () => ({ stop: () => Promise.resolve() })],
];

describe('the suite refuses a transport that', () => {
  test.each(FAULTS)('%s', async (_, part, spoil) => {
    const make = (count: number) => {
      const made = makeOn({})(count);
      const transports = made.transports.map((inner) => spoilt(inner, spoil(inner)));
      return { ...made, transports };
    };
    const cases = transportSuite(make, { ...ALL_CASES, deadlineMs: 200 });
    const [found, ...more] = cases.filter(({ name }) => name.includes(part));
    expect(more).toEqual([]);
    await expect(found?.run()).rejects.toThrow();
  });

  test('repairs nothing and says nothing', async () => {
    const make = (count: number) => {
      const made = makeOn({})(count);
      // Back in the network, but deaf to what it missed: its host never learns of it.
      const host = made.hosts[2];
      const reconnect = (i: number) => {
        if (host) host.deliver = () => {};
        made.reconnect(i);
      };
      return { ...made, reconnect };
    };
    const cases = transportSuite(make, { ...ALL_CASES, deadlineMs: 200 });
    const found = cases.find(({ name }) => name.startsWith('the last event of an idle sender'));
    await expect(found?.run()).rejects.toThrow('waited 200 ms');
  });
});

/** The inner part with some of its methods replaced. */
function spoilt<Part extends object>(inner: Part, fault: object): Part {
  return new Proxy(inner, {
    get: (target, property) => {
      const value = Reflect.get(property in fault ? fault : target, property);
      return typeof value === 'function' ? value.bind(property in fault ? fault : target) : value;
    },
  });
}
