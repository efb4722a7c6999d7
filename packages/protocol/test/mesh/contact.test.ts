import { describe, expect, it } from 'vitest';
import { Contact } from '../../src/mesh/contact.js';
import { originOf } from './words.js';

const contactOf = () => new Contact({ isolatedAfterMs: 2_000, lostRememberedMs: 60_000 });
const A = originOf('a');

describe('Contact (M2)', () => {
  it('is alone while nobody is known', () => {
    expect(contactOf().state(0, 0)).toBe('alone');
  });

  it('is isolated while others are known and none is linked', () => {
    const contact = contactOf();
    contact.setOthersKnown(1);
    expect(contact.state(0, 0)).toBe('isolated');
    contact.setOthersKnown(0);
    expect(contact.state(0, 0)).toBe('alone');
  });

  it('is answered until isolatedAfterMs after the last acknowledgement', () => {
    const contact = contactOf();
    contact.acknowledged(1_000);
    expect(contact.state(2_999, 1)).toBe('answered');
    expect(contact.state(3_000, 1)).toBe('isolated');
  });

  it('is not answered by a link that is gone', () => {
    const contact = contactOf();
    contact.acknowledged(1_000);
    contact.lost(A, 1_001);
    expect(contact.state(1_001, 0)).toBe('isolated');
  });

  it('counts a lost member as known for lostRememberedMs', () => {
    const contact = contactOf();
    contact.lost(A, 0);
    expect(contact.state(59_999, 0)).toBe('isolated');
    expect(contact.state(60_000, 0)).toBe('alone');
  });

  it('does not count one that left, or is back in a new epoch', () => {
    const contact = contactOf();
    contact.lost(A, 0);
    expect(contact.settled(originOf('a', 2), 10)).toBe(0);
    expect(contact.state(10, 0)).toBe('alone');
  });

  it('tells how long the same epoch was lost', () => {
    const contact = contactOf();
    contact.lost(A, 5);
    expect(contact.settled(A, 1_000_005)).toBe(1_000_000);
    expect(contact.settled(A, 1_000_005)).toBe(0);
  });

  it('remembers the newest 1,024 lost members, whoever comes and goes', () => {
    const contact = contactOf();
    for (let i = 0; i <= 1_024; i++) contact.lost(originOf(`n${i}`), i);
    expect(contact.settled(originOf('n0'), 10_000)).toBe(0);
    expect(contact.settled(originOf('n1'), 10_000)).toBe(9_999);
  });
});
