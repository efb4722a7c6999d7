/** A reader's process: one life after the other, then the verdict on all; argv[2] is its task. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Scope, scopeOf } from '@hearsay/spi';
import { SeededRandom } from '@hearsay/testkit';
import type { Follower } from './follower.ts';
import { LogFollower } from './log-follower.ts';
import {
  type ReaderMessage,
  type ReaderReport,
  type ReaderTask,
  shortened,
  type ToReader,
} from './messages.ts';
import { NaiveFollower } from './naive-follower.ts';
import { SCOPES } from './plan.ts';
import { joinStage } from './stage/join.ts';
import { committed, counters, logged, visible } from './stage/tables.ts';
import { defectsOf, type Evidence, type Life, lostIn } from './verdict.ts';

const task: ReaderTask = JSON.parse(process.argv[2] ?? '');
// The parent ends it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(1));

const random = new SeededRandom(task.seed);
const lives: Life[] = [];
let current: Follower | undefined;
let [stays, isOver] = [false, false];
const told = new Set<ReaderMessage['kind']>();
process.on('message', (message: ToReader) => {
  if (message.kind === 'stay') stays = true;
  else if (message.kind === 'finish') isOver = true;
  else if (current instanceof LogFollower) current.hear(message.announcements);
});

const stage = await joinStage(task.place);
do {
  // At any moment.
  await rest(random.between(0, task.pace.lifeMsMin));
  lives.push(await live());
} while (!isOver);
const report = await judge();
await stage.close();
const last: ReaderMessage = { kind: 'judged', report };
process.send?.(last, () => process.exit(0));

async function live(): Promise<Life> {
  const follower = task.isNaive ? new NaiveFollower(stage) : await LogFollower.open(stage, random);
  const { lifeMsMin, lifeMsMax, sleepMsMax } = task.pace;
  current = follower;
  const endMs = performance.now() + random.between(lifeMsMin, lifeMsMax);
  const laterMs = performance.now() + random.between(0, lifeMsMin);
  const [first, second] = halves(SCOPES.map(scopeOf));
  let others = second;
  follower.use(first);
  while (!isOver && (stays || performance.now() < endMs)) {
    if (stays || performance.now() > laterMs) {
      follower.use(others);
      others = [];
    }
    await moveOn(follower);
    if (random.chance(0.002)) await rest(random.between(0, sleepMsMax));
  }
  const isLast = isOver;
  const until = await visible(stage);
  await follower.catchUp();
  current = undefined;
  await follower.close();
  return { follower, until, isLast };
}

async function moveOn(follower: Follower): Promise<void> {
  const stayed = stays;
  await (stayed && !told.has('staying') ? follower.catchUp() : follower.step());
  if (follower.beginnings.size > 0) tell('begun');
  if (stayed) tell('staying');
}

function tell(kind: 'begun' | 'staying'): void {
  const message: ReaderMessage = { kind };
  if (!told.has(kind)) process.send?.(message);
  told.add(kind);
}

function halves(scopes: readonly Scope[]): [Scope[], Scope[]] {
  const some = scopes.filter(() => random.chance(0.5));
  return [some, scopes.filter((scope) => !some.includes(scope))];
}

/** Not longer than until it is to stay. */
async function rest(forMs: number): Promise<void> {
  for (const endMs = performance.now() + forMs; !stays && performance.now() < endMs; )
    await sleep(Math.max(0, Math.min(50, endMs - performance.now())));
}

async function judge(): Promise<ReaderReport> {
  const evidence: Evidence = {
    committed: await committed(stage),
    logged: await logged(stage),
    isChain: (await counters(stage)).length > 0,
  };
  const lost = new Set(lives.flatMap((life) => [...lostIn(life, evidence)]));
  const followers = lives.map(({ follower }) => follower);
  const sum = (of: (follower: Follower) => number) =>
    followers.reduce((total, follower) => total + of(follower), 0);
  return {
    lives: lives.length,
    polls: sum(({ polls }) => polls),
    delivered: sum(({ delivered }) => delivered.size),
    resets: sum(({ resets }) => resets),
    lost: lost.size,
    defects: shortened(lives.flatMap((life) => defectsOf(life, evidence))),
  };
}
