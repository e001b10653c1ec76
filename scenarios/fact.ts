/**
 * An expected fact in words: which word of the language it is, and what it speaks of. For the
 * printer, the judge and the command line, so that all of them name it alike.
 */

import type { ExpectedFact } from './scenario.ts';

/** The key under which the fact is written: `shown`, `muted`, `call`. */
export function factWord(fact: ExpectedFact): string {
  return fact.kind === 'state' ? fact.state : fact.kind;
}

/**
 * What the fact speaks of: the id of a message, call or entry, or the name of a chat or account.
 */
export function factSubject(fact: ExpectedFact): string {
  switch (fact.kind) {
    case 'shown':
    case 'not-shown':
    case 'fetched':
      return fact.message;
    case 'state':
      return fact.subject;
    case 'call':
      return fact.call;
    case 'verified':
    case 'alarm':
      return fact.account;
    case 'refused':
      return fact.entry;
  }
}

/** The whole fact in a few words: `lunch shown`, `team not muted`, `ring missed`. */
export function factWords(fact: ExpectedFact): string {
  const subject = factSubject(fact);
  if (fact.kind === 'call') return `${subject} ${fact.outcome}`;
  if (fact.kind === 'not-shown') return `${subject} not shown`;
  const isNot = 'value' in fact && !fact.value;
  return `${subject} ${isNot ? 'not ' : ''}${factWord(fact)}`;
}
