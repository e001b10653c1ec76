/**
 * Words of the scenario language that are made real elsewhere: levers, properties, built-in
 * networks. The loader takes other lists as options; these are the defaults, so that a word is
 * never let through unchecked. The simulator's own lists are the truth; this folder may not import
 * them.
 */

/** Link behaviours that come with Lockstep. */
export const NETWORKS: readonly string[] = [
  'perfect',
  'wifi',
  'mobile',
  'mobile-lossy',
  'subway',
  'satellite',
];

/** What can be counted as having happened in a run; the words of `must-fire`. */
export const LEVERS: readonly string[] = [
  'packet-loss',
  'packet-duplication',
  'packet-reordering',
  'packet-corruption',
  'partition',
  'connection-broken',
  'reconnect',
  'outage',
  'power-off',
  'offline',
  'doze',
  'push',
  'crash',
  'disk-full',
  'last-commit-lost',
  'snapshot-restored',
  'store-cloned',
  'record-damaged',
  'connection-replaced',
  'clock-step',
  'stanza-drop',
  'stanza-duplicate',
  'stanza-swap',
  'stanza-withhold',
  'stanza-replay',
  'queued-delivery',
  'own-device-copy',
  'retry-receipt',
  'resend',
  'backfill',
  'unavailable',
  'prekey-message',
  'refill',
  'stale-list-answer',
  'simultaneous-start',
];

/**
 * Property ids judged inside a run; the words of `must-check` and `exceptions`. X5 is judged
 * outside.
 */
export const PROPERTIES: readonly string[] = [
  ...['C1', 'C2', 'C8', 'I1', 'I2', 'I5', 'O1', 'O2', 'O3', 'K1', 'K2', 'K3', 'K4', 'K8'],
  ...['D1', 'D3', 'L1', 'L2', 'L3', 'L5', 'L6', 'L9', 'X1', 'X2', 'X3', 'X4'],
];
