/** The faults a scenario's timeline can order, as words of the language with one line each. */

/** In the order of the language's own description. */
export const FAULTS: readonly { readonly name: string; readonly summary: string }[] = [
  { name: 'power-off', summary: 'the device is switched off in an orderly way until power-on' },
  { name: 'doze', summary: 'no connection, timers run late; a push from the server wakes it' },
  { name: 'offline', summary: 'airplane mode: the device runs, its link is down both ways' },
  { name: 'crash', summary: 'the device (or the server) dies at once and starts again later' },
  { name: 'lose-last-commit', summary: 'a crash after which the last commit is gone' },
  { name: 'disk-full', summary: 'commits are refused for a while; the device restarts' },
  { name: 'restore-snapshot', summary: 'the device comes back with its Store of an earlier time' },
  { name: 'clone', summary: 'a second machine runs on a copy of the device’s Store for a while' },
  { name: 'steal', summary: 'an adversary who records the wire copies the device’s Store' },
  { name: 'damage-record', summary: 'a crash after which one stored record is found damaged' },
  { name: 'partition', summary: 'two sides cannot reach each other, both ways or one way' },
  { name: 'flap', summary: 'the link goes down and up in turn' },
  { name: 'network', summary: 'the device moves to another network' },
  { name: 'clock', summary: 'the device’s clock is set apart from true time' },
  { name: 'stanza-fault drop', summary: 'whole stanzas vanish between a device and the server' },
  { name: 'stanza-fault duplicate', summary: 'whole stanzas arrive twice' },
  { name: 'stanza-fault swap', summary: 'a stanza changes places with the one after it' },
  { name: 'stanza-fault withhold', summary: 'a stanza is kept back for a while' },
  { name: 'stanza-fault replay', summary: 'a stanza comes once more, much later' },
];
