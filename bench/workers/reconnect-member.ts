/** One of two nodes that publish at a steady rate, lose each other and meet again. */
import type { InvalidationEvent } from '@hearsay/spi';
import { type MemberConfig, MeshMember } from '../mesh-member.ts';
import { machineClock, until } from '../time.ts';
import { serve } from '../worker.ts';

const EVERY_MS = 10;
const WAIT_MS = 30_000;

/** What one node saw of a reunion, on the machine's clock. */
export interface Reunion {
  readonly contactMs: number;
  readonly equalMs: number;
}

let member: MeshMember;
let timer: NodeJS.Timeout | undefined;
let published = 0;
/** Each of the other's sequences once. */
const delivered = new Set<number>();
let lastDeliveredMs = 0;

function deliver({ sequence }: InvalidationEvent): void {
  if (delivered.has(sequence)) return;
  delivered.add(sequence);
  lastDeliveredMs = machineClock.monotonicMs();
}

async function start(config: MemberConfig): Promise<string> {
  member = new MeshMember(config, deliver);
  return member.start();
}

async function connected(): Promise<void> {
  await member.connected(1);
}

function publish(): void {
  timer = setInterval(() => {
    published++;
    void member.publish(`bench/event-${published}`);
  }, EVERY_MS);
}

/** @returns how many it has published and received in all */
function stop(): { published: number; delivered: number } {
  clearInterval(timer);
  return { published, delivered: delivered.size };
}

/** Waits until it has heard the other after `sinceMs`, and has all `count` events of it. */
async function reunite({ sinceMs, count }: { sinceMs: number; count: number }): Promise<Reunion> {
  let contactMs = member.lastContactMs();
  const hasContact = (): boolean => {
    contactMs = member.lastContactMs();
    return contactMs >= sinceMs;
  };
  await until('contact', hasContact, WAIT_MS);
  const firstContactMs = contactMs;
  await until(`all ${count} events`, () => delivered.size === count, WAIT_MS);
  return { contactMs: firstContactMs, equalMs: lastDeliveredMs };
}

serve({ start, connected, publish, stop, reunite });
