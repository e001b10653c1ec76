import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';
import { sampleTrace } from './testing/sample-trace.ts';
import { timelineText } from './timeline-text.ts';

function linesOf(what: string, lineCount?: number): string {
  const answer = explain(sampleTrace(lineCount), what);
  return answer.kind === 'lines' ? answer.lines.join('\n') : `unknown: ${answer.sentence}`;
}

describe('the life of a message', () => {
  it('is told from its writing to its showing', () => {
    expect(linesOf('lunch')).toMatchInlineSnapshot(`
      "message lunch (3EB0AAAABBBBCCCC), "lunch?"
      written by alice.phone at 00:00:00.005000
        bob.phone  shown after 8s 995ms

      00:00:00.005000  world        intent lunch given
      00:00:00.005000  alice.phone  is told to send (lunch)
      00:00:00.005000  alice.phone  seals 3EB0AAAABBBBCCCC for 1 device (and 1 session)
      00:00:00.005000  alice.phone  sends message 3EB0AAAABBBBCCCC to server, 6 bytes
      00:00:00.005010  alice.phone  packet-loss: lost once on the way to the server
      00:00:00.005300  server       receives message 3EB0AAAABBBBCCCC from alice.phone
      00:00:00.005400  alice.phone  has 3EB0AAAABBBBCCCC acknowledged
      00:00:09.000100  server       sends message 3EB0AAAABBBBCCCC to bob.phone, 6 bytes
      00:00:09.000400  bob.phone    receives message 3EB0AAAABBBBCCCC from server
      00:00:09.000400  bob.phone    shows 3EB0AAAABBBBCCCC"
    `);
  });

  it.each(['3EB0AAAABBBBCCCC', '3EB0AA', 'lun'])('is found by %s too', (what) => {
    expect(linesOf(what)).toBe(linesOf('lunch'));
  });

  it('says when nobody shows it', () => {
    expect(linesOf('later')).toContain('no other device shows it');
  });

  it('a beginning of several messages lists them', () => {
    const answer = explain(sampleTrace(), '3EB0');
    expect(answer).toEqual({
      kind: 'unknown',
      sentence: '2 messages begin with "3EB0"',
      known: [
        'lunch  3EB0AAAABBBBCCCC  00:00:00.005000',
        'later  3EB0DDDDEEEEFFFF  00:00:09.400000',
      ],
    });
  });

  it('a word that names nothing is answered with those that do', () => {
    expect(explain(sampleTrace(), 'dinner')).toEqual({
      kind: 'unknown',
      sentence: 'nothing in this run is called "dinner"',
      known: ['alice.phone', 'bob.phone', 'server', 'lunch', 'later'],
    });
    expect(explain(sampleTrace(), '').kind).toBe('unknown');
  });
});

describe('why a device waits', () => {
  it('names what is unfinished at the end', () => {
    expect(linesOf('alice.phone')).toMatchInlineSnapshot(`
      "alice.phone at 00:00:09.500000
        power       on
        connection  connection 1 to server open since 00:00:00.003000
        outbox      3EB0DDDDEEEEFFFF waits for bundles for 100ms
        last lever  00:00:00.005010 packet-loss: lost once on the way to the server
        last event  00:00:09.400000 writes 3EB0DDDDEEEEFFFF and wants bundles (and 1 session)"
    `);
  });

  it('can be asked for any moment', () => {
    expect(linesOf('bob.phone@2s')).toMatchInlineSnapshot(`
      "bob.phone at 00:00:02.000000
        power       off since 00:00:00.001000
        connection  has not connected
        outbox      nothing unfinished
        last event  00:00:00.001000 power off"
    `);
    expect(linesOf('alice.phone@5200us')).toContain('waits for the acknowledgement for 200us');
    expect(linesOf('alice.phone@5200us')).toContain(
      'under way   message 3EB0AAAABBBBCCCC to server, sent 200us before',
    );
    expect(linesOf('bob.phone@soon')).toBe('unknown: "soon" is no time, as 9h or 09:00');
  });

  it('says that a crashed device is down', () => {
    expect(linesOf('bob.phone')).toContain('crashed since 00:00:09.200000');
  });
});

describe('a stretch of the timeline', () => {
  it('has one glyph column per host', () => {
    expect(linesOf('0s..10s')).toMatchInlineSnapshot(`
      "┌ alice.phone
      │ ┌ bob.phone
      │ │ ┌ server
      │ │ │  00:00:00.000000  world  phase story
      │ ○ │  00:00:00.001000  bob.phone  power off
      ~   │  00:00:00.003000  alice.phone  connection 1 to server open
      │   │  00:00:00.005000  world  intent lunch given
      ▸   │  00:00:00.005000  alice.phone  sends message 3EB0AAAABBBBCCCC to server, 6 bytes
      !   │  00:00:00.005010  alice.phone  packet-loss: lost once on the way to the server
      │   ◂  00:00:00.005300  server  receives message 3EB0AAAABBBBCCCC from alice.phone
      │ ○ │  00:00:09.000000  bob.phone  power on
      │ │ ▸  00:00:09.000100  server  sends message 3EB0AAAABBBBCCCC to bob.phone, 6 bytes
      │ ◂ │  00:00:09.000400  bob.phone  receives message 3EB0AAAABBBBCCCC from server
      │ ✓ │  00:00:09.000400  bob.phone  shows 3EB0AAAABBBBCCCC
      │ " │  00:00:09.000400  bob.phone  notes linked: A companion was linked.
      │ ✗ │  00:00:09.200000  bob.phone  crashes (crash/scan-1/0)
      │ ▫ │  00:00:09.300000  bob.phone  the Store refuses the commit of scan-1
      │   │  00:00:09.500000  world  phase end"
    `);
  });

  it('leaves out what lies outside, both ends included', () => {
    const stretch = linesOf('9s..9s100us').split('\n');
    expect(stretch.filter((line) => line.includes('00:00:'))).toHaveLength(2);
    expect(linesOf('1s..2s')).toContain('nothing happened in this stretch');
  });

  it('says how much its limit left out', () => {
    const lines = timelineText(sampleTrace(), { linesMax: 3 });
    expect(lines.at(-1)).toBe('… 12 more events in this stretch are not shown (limit 3)');
  });

  it('with details shows every event', () => {
    const lines = timelineText(sampleTrace(), { isDetailed: true });
    expect(lines).toHaveLength(3 + 25);
  });
});

it('an answer from an incomplete trace says so', () => {
  expect(linesOf('lunch', -1)).toContain('incomplete: the trace has no footer');
  expect(linesOf('0s..10s', -1).split('incomplete:')).toHaveLength(2);
  expect(linesOf('alice.phone', 12)).toContain('incomplete:');
});

describe('an entry of the timeline', () => {
  const atUs = 5_000;
  const send = { kind: 'send', from: 'alice.phone', to: 'bob', text: 'x' } as const;
  const answered = (id: string, what = id) =>
    explain(sampleTrace(), what, () => [{ id, atUs, action: send }]);

  it('is told when it is no message, with what came of it', () => {
    const answer = answered('never');
    expect(answer.kind === 'lines' && answer.lines).toEqual([
      'entry never at 00:00:00.005000: send',
      '  nothing that the trace records came of it',
    ]);
    expect(answered('lunch').kind === 'lines' && linesOf('lunch')).toContain('message lunch');
  });

  it('is among what could have been asked', () => {
    const answer = answered('never', 'nevr');
    expect(answer.kind === 'unknown' && answer.known).toContain('never');
  });
});

it('a moment beyond the end is refused with the end', () => {
  for (const what of ['alice.phone@99d', '90d..99d']) {
    const end = /is beyond the end: the run ends at 00:\d\d:/;
    expect(linesOf(what)).toMatch(end);
  }
});
