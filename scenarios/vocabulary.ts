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
  'alarm',
  'app-state-conflict',
  'app-state-key-request',
  'app-state-key-rotation',
  'app-state-late',
  'app-state-patch',
  'app-upgraded',
  'call',
  'call-answered-elsewhere',
  'call-cancelled',
  'call-connected',
  'call-failed',
  'call-key-again',
  'call-missed',
  'call-rejected',
  'call-rekey',
  'code-verified',
  'consistency-alarm',
  'group-created',
  'group-message',
  'group-refused',
  'history-chunk',
  'history-copy',
  'identity-alarm',
  'link-failed',
  'list-expected',
  'list-expired',
  'list-refreshed',
  'media-fetched',
  'media-missing',
  'media-request',
  'media-reupload',
  'media-upload',
  'member-added',
  'member-removed',
  'old-contact-refused',
  'peer-message',
  'placeholder-request',
  're-registration',
  'rollback-noticed',
  'sender-key-distribution',
  'sender-key-rotation',
];

/**
 * Property ids judged inside a run; the words of `must-check` and `exceptions`. X5 is judged
 * outside.
 */
export const PROPERTIES: readonly string[] = [
  ...['C1', 'C2', 'C8', 'I1', 'I2', 'I5', 'O1', 'O2', 'O3', 'K1', 'K2', 'K3', 'K4', 'K8'],
  ...['D1', 'D3', 'L1', 'L2', 'L3', 'L5', 'L6', 'L9', 'V1', 'V2', 'V3', 'X1', 'X2', 'X3', 'X4'],
];
