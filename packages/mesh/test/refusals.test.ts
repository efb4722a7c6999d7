import { encodeHello } from '@hearsay/wire';
import { afterEach, expect, test } from 'vitest';
import { Refusals } from '../src/refusals.js';
import { counted, recordingLogger, startNode, stopAll } from './node.js';
import { Stranger, stopStrangers } from './stranger.js';

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

test('of many refusals for one reason one is a warning, and each is counted', () => {
  const { logger, lines } = recordingLogger();
  let nowMs = 0;
  const refusals = new Refusals(logger, { monotonicMs: () => nowMs, wallMs: () => 0 });
  for (; nowMs < 10_000; nowMs += 100) refusals.refused('key', '1.2.3.4', 'no key');
  refusals.refused('limit', '1.2.3.4', 'too many');
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
  refusals.refused('key', '1.2.3.4', 'no key');
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
  expect(refusals.counters).toMatchObject({
    admissionsRefused: 102,
    admissionsRefusedKey: 101,
    admissionsRefusedLimit: 1,
    admissionsRefusedTimeout: 0,
  });
});

test('what a peer writes is escaped in the log, and no stack trace gets there', async () => {
  const { logger, lines } = recordingLogger();
  const liar = await Stranger.start(async (dialler) => {
    await dialler.read();
    const reason = 'nice\u202e try\u2028';
    dialler.write(encodeHello({ kind: 'refusal', code: '\u0022};[31m', reason }));
    await dialler.read();
  });
  const a = await startNode('a', { peers: [liar.address] }, { logger });
  await counted(a, 'admissionsRefusedForeign');
  const stranger = await Stranger.start();
  const { conversation } = await stranger.knock(a.address);
  conversation.write(Buffer.from('\u001b[2J\n\n'));
  await counted(a, 'admissionsRefusedForeign', 2);
  const text = lines.map(({ fields, message }) => message + JSON.stringify(fields)).join('');
  expect(text).toContain('nice\\u{202e} try');
  expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  for (const { fields } of lines) expect(fields).not.toHaveProperty('error');
  expect(text).not.toMatch(/\bat .*\.[jt]s:\d+/);
});
