import { describe, expect, it } from 'vitest';
import { following } from './freshness/follower.js';
import { ModelLog, positionOf, SCOPE } from './freshness/model-log.js';

describe('forgotten token', () => {
  it('steady readers', () => {
    const log = new ModelLog();
    const old = log.append(SCOPE, 'a');
    for (let i = 0; i < 5; i++) log.append(SCOPE, `k${i}`);
    const follower = following(log, [SCOPE]);
    const position = positionOf(old);
    let polls = 0;
    follower.handle({ kind: 'await-position', position });
    for (let i = 0; i < 500; i++) {
      follower.tick(5);
      if (follower.poll) {
        follower.tick(2);
        follower.handle({ kind: 'await-position', position }); // another reader, same token
        follower.tick(2);
        follower.answer();
        polls++;
        if (follower.machine.hasReached(position)) break;
      }
    }
    console.log('polls', polls, follower.nowMs, follower.machine.hasReached(position));
    expect(follower.machine.hasReached(position)).toBe(true);
  });
});
