import { describe, expect, it } from 'vitest';
import { createDraws } from './draws.ts';

const IDS = Array.from(
  { length: 20_000 },
  (_, index) => `packet/lunch/alice.tablet>server/message/0/${index}`,
);

/** 256 * chi-square of 256 equally likely cells, in integers: sum (256 n - total)^2 / total. */
function chiSquareTimes256(cells: readonly number[], total: number): number {
  let sum = 0;
  for (const count of cells) sum += (256 * count - total) ** 2;
  return Math.floor(sum / total);
}

function cellsOf(words: readonly number[], shift: number): number[] {
  const cells = new Array<number>(256).fill(0);
  for (const word of words) {
    const cell = (word >>> shift) & 255;
    cells[cell] = (cells[cell] as number) + 1;
  }
  return cells;
}

/** 255 degrees of freedom: mean 255, deviation 23; less than one in 100,000 is left out. */
const CHI_LOW = 165 * 256;
const CHI_HIGH = 365 * 256;

describe('keyed draws', () => {
  it('the same seed and id give the same answer whatever was asked before', () => {
    const left = createDraws('7');
    const right = createDraws('7');
    right.uint32('something else');
    right.bytes('more', 100);
    expect(left.uint32('link/a>b')).toBe(right.uint32('link/a>b'));
  });

  it('what a seed means does not change in a patch', () => {
    const draws = createDraws('1');
    expect([
      draws.uint32(''),
      draws.uint32('a'),
      draws.uint32('packet/lunch/alice.tablet>server/message/0/0'),
      draws.below('dice', 6),
      draws.below('far', 2 ** 53 - 1),
      draws.chance('coin', 1, 2),
      Buffer.from(draws.bytes('five', 5)).toString('hex'),
    ]).toMatchInlineSnapshot(`
      [
        1277490222,
        86575717,
        2969348017,
        2,
        7584788721875974,
        true,
        "fb48a5b655",
      ]
    `);
  });

  it('different seeds and different ids give different answers', () => {
    const words = new Set<number>();
    for (const seed of ['1', '2', 'a', '']) {
      const draws = createDraws(seed);
      for (const id of ['', 'a', 'b', 'ab', 'ba', 'aa', 'a\u0000', '\u0000', '\u0000\u0000']) {
        words.add(draws.uint32(id));
      }
    }
    expect(words.size).toBe(36);
  });

  it('no two of 200,000 ids share 64 bits', () => {
    const draws = createDraws('7');
    const seen = new Set<string>();
    for (let index = 0; index < 200_000; index++) {
      seen.add(Buffer.from(draws.bytes(`x/${index}`, 8)).toString('latin1'));
    }
    expect(seen.size).toBe(200_000);
  });
});

describe('uniformity', () => {
  it.each([0, 8, 16, 24])('byte at bit %i of words of counted ids is uniform', (shift) => {
    const draws = createDraws('7');
    const words = IDS.map((id) => draws.uint32(id));
    const chi = chiSquareTimes256(cellsOf(words, shift), words.length);
    expect(chi).toBeGreaterThan(CHI_LOW);
    expect(chi).toBeLessThan(CHI_HIGH);
  });

  it.each([0, 8, 16, 24])('byte at bit %i over counted seeds is uniform', (shift) => {
    const words = Array.from({ length: 20_000 }, (_, seed) => createDraws(`${seed}`).uint32('x'));
    const chi = chiSquareTimes256(cellsOf(words, shift), words.length);
    expect(chi).toBeGreaterThan(CHI_LOW);
    expect(chi).toBeLessThan(CHI_HIGH);
  });

  it('the bytes of one long answer are uniform', () => {
    const bytes = createDraws('7').bytes('long', 100_000);
    const chi = chiSquareTimes256(cellsOf([...bytes], 0), bytes.length);
    expect(chi).toBeGreaterThan(CHI_LOW);
    expect(chi).toBeLessThan(CHI_HIGH);
  });

  it.each([3, 10, 2 ** 31 + 1, 2 ** 32, 2 ** 40 + 7])(
    'answers below %i keep to thirds',
    (bound) => {
      const draws = createDraws('7');
      const thirds = [0, 0, 0];
      for (const id of IDS) {
        const value = draws.below(id, bound);
        expect(value >= 0 && value < bound).toBe(true);
        const third = Math.floor((value * 3) / bound);
        thirds[third] = (thirds[third] as number) + 1;
      }
      // Third of 10: cells of 4, 3 and 3 values.
      const expected = bound === 10 ? [8_000, 6_000, 6_000] : [6_667, 6_667, 6_667];
      // Deviation 67: 350 is more than five of them.
      thirds.forEach((count, at) => {
        expect(Math.abs(count - (expected[at] as number))).toBeLessThan(350);
      });
    },
  );

  it('a chance of 3 in 100 comes true 3 times in 100', () => {
    const draws = createDraws('7');
    const hits = IDS.filter((id) => draws.chance(id, 3, 100)).length;
    expect(hits).toBeGreaterThan(480);
    expect(hits).toBeLessThan(720);
  });

  it('a greater chance keeps the hits of a smaller one', () => {
    const draws = createDraws('7');
    for (const id of IDS.slice(0, 2_000)) {
      if (draws.chance(id, 3, 100)) expect(draws.chance(id, 5, 100)).toBe(true);
    }
  });

  it('chances of 0 and 1 are certain', () => {
    const draws = createDraws('7');
    expect(IDS.slice(0, 500).some((id) => draws.chance(id, 0, 1))).toBe(false);
    expect(IDS.slice(0, 500).every((id) => draws.chance(id, 1, 1))).toBe(true);
  });
});

describe('avalanche', () => {
  /** Flips each bit of 6 code units; counts how often each of 64 output bits turns. */
  it('turning any bit of an id turns every output bit about half of the time', () => {
    const draws = createDraws('7');
    const samples = 400;
    for (let position = 0; position < 6; position++) {
      for (let bit = 0; bit < 16; bit++) {
        const turned = new Array<number>(64).fill(0);
        for (let sample = 0; sample < samples; sample++) {
          const id = `s${10_000 + sample}`;
          const units = [...id].map((letter) => letter.charCodeAt(0));
          units[position] = (units[position] as number) ^ (1 << bit);
          const before = draws.bytes(id, 8);
          const after = draws.bytes(String.fromCharCode(...units), 8);
          for (let out = 0; out < 64; out++) {
            const difference = (before[out >> 3] as number) ^ (after[out >> 3] as number);
            turned[out] = (turned[out] as number) + ((difference >> (out & 7)) & 1);
          }
        }
        // Mean 200, deviation 10; 6,144 counters: seven deviations leave out nothing by chance.
        for (const count of turned) expect(Math.abs(count - 200)).toBeLessThan(70);
      }
    }
  });

  it('neighbouring words of one answer are independent', () => {
    const draws = createDraws('7');
    let agreeing = 0;
    for (const id of IDS) {
      const bytes = draws.bytes(id, 8);
      for (let at = 0; at < 4; at++) {
        let difference = (bytes[at] as number) ^ (bytes[at + 4] as number);
        for (; difference !== 0; difference &= difference - 1) agreeing++;
      }
    }
    // 640,000 bits, mean 320,000, deviation 400.
    expect(Math.abs(agreeing - 320_000)).toBeLessThan(2_000);
  });
});

it('bytes have the length asked for, and a longer answer begins with a shorter one', () => {
  const draws = createDraws('7');
  const long = draws.bytes('x', 11);
  for (let length = 0; length <= 11; length++) {
    expect([...draws.bytes('x', length)]).toEqual([...long.subarray(0, length)]);
  }
});

it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('the bound %s is refused', (bound) => {
  expect(() => createDraws('7').below('x', bound)).toThrow();
});
