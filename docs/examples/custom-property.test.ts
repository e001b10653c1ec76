import { type Property, run } from 'lockstep';
import 'lockstep/vitest';
import { expect, it } from 'vitest';

const smallStanzas = (bytesMax: number): Property => ({
  id: 'small-stanzas',
  name: 'small stanzas',
  summary: `No stanza has more than ${bytesMax} bytes.`,
  judge: (view) => ({
    observe(event) {
      if (event.kind !== 'send') return;
      const { packet, bytes } = event;
      view.check(bytes.length <= bytesMax, packet, () => `${bytes.length} bytes in one stanza`);
    },
  }),
});

it('no stanza is larger than a page', () => {
  expect(run('subway', { properties: [smallStanzas(8192)] })).toHold('small-stanzas');
});

it('and the property can fail: hardly any stanza fits into a hundred bytes', () => {
  expect(run('subway', { properties: [smallStanzas(100)] })).not.toHold('small-stanzas');
});
