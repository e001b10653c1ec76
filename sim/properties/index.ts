/**
 * The properties of the catalogue that a run judges, in catalogue order, and X5, which two runs
 * judge. Source: the property catalogue; contract 11.
 */

import { a1 } from './a1.ts';
import { c1 } from './c1.ts';
import { c2 } from './c2.ts';
import { c3 } from './c3.ts';
import { c4 } from './c4.ts';
import { c5 } from './c5.ts';
import { c6 } from './c6.ts';
import { c7 } from './c7.ts';
import { c8 } from './c8.ts';
import { d1 } from './d1.ts';
import { d2 } from './d2.ts';
import { d3 } from './d3.ts';
import { d4 } from './d4.ts';
import { d5 } from './d5.ts';
import { d6 } from './d6.ts';
import { d7 } from './d7.ts';
import { d8 } from './d8.ts';
import { g1 } from './g1.ts';
import { g2 } from './g2.ts';
import { g3 } from './g3.ts';
import { g4 } from './g4.ts';
import { g5 } from './g5.ts';
import { g6 } from './g6.ts';
import { i1 } from './i1.ts';
import { i2 } from './i2.ts';
import { i3 } from './i3.ts';
import { i4 } from './i4.ts';
import { i5 } from './i5.ts';
import { i6 } from './i6.ts';
import { k1 } from './k1.ts';
import { k2 } from './k2.ts';
import { k3 } from './k3.ts';
import { k4 } from './k4.ts';
import { k5 } from './k5.ts';
import { k6 } from './k6.ts';
import { k7 } from './k7.ts';
import { k8 } from './k8.ts';
import { l1 } from './l1.ts';
import { l2 } from './l2.ts';
import { l3 } from './l3.ts';
import { l4 } from './l4.ts';
import { l5 } from './l5.ts';
import { l6 } from './l6.ts';
import { l7 } from './l7.ts';
import { l8 } from './l8.ts';
import { l9 } from './l9.ts';
import { l10 } from './l10.ts';
import { o1 } from './o1.ts';
import { o2 } from './o2.ts';
import { o3 } from './o3.ts';
import { o4 } from './o4.ts';
import { o5 } from './o5.ts';
import { o6 } from './o6.ts';
import type { Property } from './property.ts';
import { v1 } from './v1.ts';
import { v2 } from './v2.ts';
import { v3 } from './v3.ts';
import { x1 } from './x1.ts';
import { x2 } from './x2.ts';
import { x3 } from './x3.ts';
import { x4 } from './x4.ts';
import { determinism } from './x5.ts';

export { judgeDeterminism } from './x5.ts';

/** Judged inside every run. */
export const allProperties: readonly Property[] = [
  c1,
  c2,
  c3,
  c4,
  c5,
  c6,
  c7,
  c8,
  i1,
  i2,
  i3,
  i4,
  i5,
  i6,
  o1,
  o2,
  o3,
  o4,
  o5,
  o6,
  k1,
  k2,
  k3,
  k4,
  k5,
  k6,
  k7,
  k8,
  d1,
  d2,
  d3,
  d4,
  d5,
  d6,
  d7,
  d8,
  g1,
  g2,
  g3,
  g4,
  g5,
  g6,
  l1,
  l2,
  l3,
  l4,
  l5,
  l6,
  l7,
  l8,
  l9,
  l10,
  a1,
  v1,
  v2,
  v3,
  x1,
  x2,
  x3,
  x4,
];

/** Everything `list properties` shows: id, name and one line. */
export const catalogue: readonly Pick<Property, 'id' | 'name' | 'summary'>[] = [
  ...allProperties,
  determinism,
];
