import { describe, expect, it } from 'vitest';
import { absorbText, Hash128 } from './hash128.ts';

function hashOf(feed: (hash: Hash128) => void): string {
  const hash = new Hash128();
  feed(hash);
  return hash.digest();
}

function texts(list: readonly string[]): string {
  return hashOf((hash) => {
    for (const text of list) hash.text(text);
  });
}

/** Set bits of the difference of two digests of 32 hex digits. */
function distance(left: string, right: string): number {
  let difference = BigInt(`0x${left}`) ^ BigInt(`0x${right}`);
  let bits = 0;
  for (; difference > 0n; difference &= difference - 1n) bits++;
  return bits;
}

describe('the rolling hash', () => {
  it('is what FORMAT.md says it is, for ever', () => {
    expect([
      hashOf(() => {}),
      hashOf((hash) => hash.word(1)),
      hashOf((hash) => hash.integer(1_626_220_800_000_000)),
      hashOf((hash) => hash.text('alice.phone')),
      hashOf((hash) => hash.bytes(Uint8Array.from({ length: 37 }, (_, index) => index))),
    ]).toMatchInlineSnapshot(`
      [
        "5adac30e06fa726b19ce6e679842dbd7",
        "2406dd46c2131d9e2b12cf3d88a8ec8d",
        "5672fa82b74c74a88e83ef3ef4de15eb",
        "3644a44a5c15b226ecce1ea165641c9b",
        "edd5cc9b22811bd9325d9143328366a4",
      ]
    `);
  });

  it('four words at once are four words', () => {
    const together = hashOf((hash) => hash.words(1, -2, 3, 2 ** 31));
    const apart = hashOf((hash) => {
      for (const word of [1, -2, 3, 2 ** 31]) hash.word(word);
    });
    expect(together).toBe(apart);
  });

  it('texts and bytes of every length are their length and their words', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => index * 37);
      const text = String.fromCharCode(...bytes, 0xd800).slice(0, length);
      const wordsOfBytes = (hash: Hash128) => {
        hash.word(length);
        for (let at = 0; at < length; at += 4) {
          const part = [0, 1, 2, 3].map((offset) => bytes[at + offset] ?? 0);
          hash.word(Buffer.from(part).readInt32LE());
        }
      };
      const wordsOfText = (hash: Hash128) => {
        hash.word(length);
        for (let at = 0; at < length; at += 2) {
          hash.word(text.charCodeAt(at) | ((text.charCodeAt(at + 1) || 0) << 16));
        }
      };
      expect(hashOf((hash) => hash.bytes(bytes))).toBe(hashOf(wordsOfBytes));
      expect(hashOf((hash) => hash.text(text))).toBe(hashOf(wordsOfText));
    }
  });

  it('a digest in between changes nothing, and a reset forgets everything', () => {
    const hash = new Hash128();
    hash.text('a');
    hash.digest();
    hash.text('b');
    const both = hash.digest();
    hash.reset();
    hash.text('a');
    hash.text('b');
    expect(hash.digest()).toBe(both);
  });

  it('order, number and borders of what is absorbed count', () => {
    const digests = [
      texts(['a', 'b']),
      texts(['b', 'a']),
      texts(['ab', '']),
      texts(['', 'ab']),
      hashOf((hash) => hash.text('ab')),
      hashOf((hash) => hash.word(0)),
      hashOf((hash) => hash.words(0, 0, 0, 0)),
      hashOf(() => {}),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('turning one bit anywhere in 64 bytes turns about half of the digest', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);
    const before = hashOf((hash) => hash.bytes(bytes));
    let sum = 0;
    for (let bit = 0; bit < 512; bit++) {
      const turned = Uint8Array.from(bytes);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      const bits = distance(
        before,
        hashOf((hash) => hash.bytes(turned)),
      );
      // Mean 64, deviation 6.
      expect(Math.abs(bits - 64)).toBeLessThan(32);
      sum += bits;
    }
    expect(Math.abs(sum - 512 * 64)).toBeLessThan(700);
  });

  it('no two of 100,000 pairs of small words share even 64 bits', () => {
    const seen = new Set<string>();
    for (let first = 0; first < 400; first++) {
      for (let second = 0; second < 250; second++) {
        const hash = new Hash128();
        hash.word(first);
        hash.word(second);
        seen.add(hash.digest().slice(0, 16));
      }
    }
    expect(seen.size).toBe(100_000);
  });

  it('a difference stays: equal words after one different word never bring it back', () => {
    const left = new Hash128();
    const right = new Hash128();
    left.word(1);
    right.word(2);
    for (let word = 0; word < 1_000; word++) {
      left.word(word & 1);
      right.word(word & 1);
      if (word % 50 === 0) expect(distance(left.digest(), right.digest())).toBeGreaterThan(30);
    }
  });
});

describe('a text for two hashes', () => {
  it('is absorbed as each would absorb it alone, whatever its length', () => {
    const [one, other, first, second] = Array.from({ length: 4 }, () => new Hash128()) as [
      Hash128,
      Hash128,
      Hash128,
      Hash128,
    ];
    other.word(7);
    second.word(7);
    for (let length = 0; length < 20; length++) {
      const text = 'an identity: é\u4e2d\ud800 and more'.slice(0, length);
      absorbText(one, other, text);
      first.text(text);
      second.text(text);
    }
    expect([one.digest(), other.digest()]).toEqual([first.digest(), second.digest()]);
  });
});
