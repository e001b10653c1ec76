import { expect, it } from 'vitest';
import { refusal, requireWord, UsageError } from './usage-error.ts';

it('a refused word comes with what is allowed and the nearest word', () => {
  expect(refusal('network', 'wfi', ['perfect', 'wifi'])).toBe(
    "unknown network 'wfi'\nallowed: perfect, wifi\n(Did you mean wifi?)",
  );
});

it('a word far from all others is not guessed at', () => {
  expect(refusal('network', 'zzzzzz', ['perfect', 'wifi'])).toBe(
    "unknown network 'zzzzzz'\nallowed: perfect, wifi",
  );
});

it('an allowed word passes, another one ends with wrong usage', () => {
  expect(requireWord('shell', 'zsh', ['bash', 'zsh'])).toBe('zsh');
  expect(() => requireWord('shell', 'cmd', ['bash', 'zsh'])).toThrow(UsageError);
});
