import { type ProtocolNode, run } from 'lockstep';
import 'lockstep/vitest';
import { expect, it } from 'vitest';

/** Stores what it receives and never says so: the server sends it again for ever. */
const neverReceipts = (node: ProtocolNode): ProtocolNode => ({
  step: (input, context) =>
    node
      .step(input, context)
      .filter((effect) => effect.kind !== 'send' || effect.label.kind !== 'receipt'),
});

it('a device that forgets its receipts is caught', () => {
  const result = run('companion-first-message', {
    wrapNode: (host, node) => (host === 'bob.web' ? neverReceipts(node) : node),
  });
  expect(result).not.toHold();
  expect(result).not.toHold('L6');
});
