import { expect, it } from 'vitest';
import { findScenario } from '../../scenarios/library.ts';
import { emptySum } from '../../sim/explore/campaign.ts';
import type { Finding } from '../../sim/explore/task.ts';
import { junitXml } from './junit.ts';

const scenario = findScenario('phone-offline');

it('one case per property: failures say how to repeat them, unchecked ones are skipped', () => {
  if (scenario === undefined) throw new Error('the library has its main story');
  const sum = emptySum();
  sum.runs = 3;
  sum.checks.set('L1', 12);
  sum.checks.set('K8', 0);
  const finding: Finding = {
    kind: 'violated',
    property: 'L1',
    sentence: 'a & b < c',
    counterexample: scenario,
    shrinkRuns: 4,
  };
  const written = [
    { finding, file: 'out/l1.yaml', reproduce: 'npx lockstep run out/l1.yaml', more: 0, seeds: [] },
  ];
  const end = { sum, written, seed: 's', seconds: 1.5, unread: 0, isInterrupted: false, total: 3 };
  expect(junitXml(end)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="lockstep check" tests="6" failures="1" skipped="2" time="1.500">
        <testcase classname="lockstep.check" name="L1">
          <failure type="violated" message="a &amp; b &lt; c">a &amp; b &lt; c
    out/l1.yaml
    npx lockstep run out/l1.yaml</failure>
        </testcase>
        <testcase classname="lockstep.check" name="K8"><skipped message="never checked"/></testcase>
        <testcase classname="lockstep.check" name="X5"><skipped message="never checked"/></testcase>
        <testcase classname="lockstep.check" name="expect"/>
        <testcase classname="lockstep.check" name="defect"/>
        <testcase classname="lockstep.check" name="search"/>
      </testsuite>
    </testsuites>
    "
  `);
});

it('an interrupted search is skipped, not green', () => {
  const sum = emptySum();
  sum.runs = 24;
  sum.checks.set('L1', 12);
  const end = { sum, written: [], seed: 's', seconds: 1, unread: 0, isInterrupted: true };
  const text = 'interrupted after 24 of 500 runs: no failure so far';
  const xml = junitXml({ ...end, total: 500 });
  expect(xml).toContain(`name="search"><skipped message="${text}"/></testcase>`);
  expect(xml).toContain('tests="5" failures="0" skipped="2"');
});
