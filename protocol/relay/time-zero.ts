/**
 * The world before the story (contract 10): phones and groups as on fanout, every account alone
 * with its phone; and browsers, paired by the same pure functions as over the network.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type {
  AccountPlan,
  StepContext,
  TimeZero,
  TimeZeroPlan,
  TransportRecord,
} from '../contract.ts';
import { assert, isRejected } from '../errors.ts';
import { Step } from '../fanout/step.ts';
import { timeZero as fanoutTimeZero } from '../fanout/time-zero.ts';
import { Store } from '../store.ts';
import { deviceJid, userJid } from '../wire/jid.ts';
import { bePaired, installTransport, makeCode } from './browser/pairing.ts';
import { makePairing, putBrowser } from './phone/pairing.ts';
import { makeSession, storePairing } from './server/pairing.ts';
import { unwrapKeys } from './wire/pairing-keys.ts';

/** Builds the commits of all hosts; hosts draw from their own first boot. */
export function timeZero(plan: TimeZeroPlan): TimeZero {
  // One context per host for both halves, so that no draw is made twice.
  const contexts = new Map<string, StepContext>();
  const contextOf = (host: string): StepContext => {
    const known = contexts.get(host) ?? plan.contextOf(host);
    contexts.set(host, known);
    return known;
  };
  const alone = plan.accounts.map((account) => ({
    ...account,
    companions: [],
    isCapable: false,
  }));
  const commits = new Map(fanoutTimeZero({ ...plan, accounts: alone, contextOf }));
  const stepOf = (host: string): Step => {
    const store = new Store();
    store.apply(commits.get(host) ?? []);
    const input = { kind: 'started', id: 'time-zero' } as const;
    return new Step(input, contextOf(host), store, plan.settings);
  };
  const server = stepOf('server');
  for (const account of plan.accounts) {
    const phone = stepOf(account.primary);
    for (const host of account.companions) {
      const browser = stepOf(host);
      pair({ account, number: 1 + account.companions.indexOf(host), phone, browser, server });
      commits.set(host, browser.tx.writes());
    }
    commits.set(account.primary, [...(commits.get(account.primary) ?? []), ...phone.tx.writes()]);
  }
  commits.set('server', [...(commits.get('server') ?? []), ...server.tx.writes()]);
  return commits;
}

interface Parties {
  readonly account: AccountPlan;
  readonly number: number;
  readonly phone: Step;
  readonly browser: Step;
  readonly server: Step;
}

/** The flow of specification 11.3 by its pure functions: the same bytes, the same checks. */
function pair({ account, number, phone, browser, server }: Parties): void {
  installTransport(browser);
  const { clientId, keyPair } = makeCode(browser);
  const reference = bytesToHex(server.context.numbers.bytes('web-reference', 16));
  const code = { kind: 'browser-code', reference, publicKey: keyPair.publicKey, clientId } as const;
  const made = makePairing(code, phone.context);
  assert(made !== undefined, 'the key of a browser is a good one');
  const device = deviceJid(userJid(account.number), number);
  const session = makeSession(server, device, made.upload);
  const keys = unwrapKeys(keyPair.privateKey, made.upload.secret, browser.context.crypto);
  assert(!isRejected(keys), 'a browser accepts what was wrapped for it');
  const { clientToken, serverToken, browserToken } = session;
  const tokens = { clientToken, serverToken, browserToken };
  bePaired(browser, device, keys, { kind: 'web-session', ...tokens, clientId });
  putBrowser(phone, { device, clientId, ...made.keys });
  const transport = browser.get<TransportRecord>('transport', 'self');
  assert(transport !== undefined, 'a browser has made its transport key');
  const paired = { user: userJid(account.number), number, session, reference };
  storePairing(server, paired, bytesToHex(transport.publicKey));
}
