/**
 * The scenario language in TypeScript: the same keys, the same checks, the same `Scenario`, and
 * device names that the compiler knows. For tests and for users of the library; files are read by
 * `load.ts`.
 *
 *     const story = scenario('lunch', 'Alice asks Bob to lunch.')
 *       .account('alice', { companions: { laptop: {} } })
 *       .account('bob')
 *       .at('1m', { send: { id: 'lunch', from: 'alice.laptop', to: 'bob', text: 'Lunch?' } })
 *       .expect({ shown: 'lunch', on: ['alice.phone', 'bob.phone'], within: '1m' })
 *       .build();
 */

import { type LoadOptions, resolveScenario } from './resolve.ts';
import type { Scenario, StanzaFault, StealScope } from './scenario.ts';
import { formatScenarioErrors, type ScenarioError } from './scenario-error.ts';
import type { WrittenInput } from './schema.ts';
import type { WrittenPeopleAction } from './written-people.ts';

type WrittenAccounts = WrittenInput['accounts'];
type WrittenPhone = NonNullable<WrittenAccounts[string]['phone']>;
type WrittenApp = NonNullable<WrittenAccounts[string]['app']>;
type WrittenCompanion = NonNullable<WrittenAccounts[string]['companions']>[string];
type WrittenWorkload = NonNullable<WrittenInput['workload']>[number];
type WrittenEntry = NonNullable<WrittenInput['timeline']>[number];
type WrittenExpectation = NonNullable<WrittenInput['expect']>[number];
type WrittenNetworks = NonNullable<WrittenInput['networks']>;

type DeviceKey = 'link' | 'power-off' | 'power-on' | 'doze' | 'wake' | 'offline' | 'online';
type OnDevice<Device> = { [Key in DeviceKey]: { readonly [Only in Key]: Device } }[DeviceKey];
type Ratio = number | string;

/** One action of the timeline; the key names its kind, as in a file. */
export type WrittenAction<
  Account extends string,
  Device extends string,
  Group extends string = never,
> =
  | WrittenPeopleAction<Account, Device, Group>
  | {
      readonly send: {
        readonly id?: string;
        readonly from: Device | `${Device}~clone`;
        readonly to: Account | Group;
        readonly text: string;
      };
    }
  | { readonly read: { readonly device: Device; readonly chat: Account | Group } }
  | OnDevice<Device>
  | {
      readonly unlink: Device | { readonly companion: Device; readonly by?: 'phone' | 'companion' };
    }
  | { readonly crash: Crash<Device | 'server' | 'blobs'> }
  | { readonly 'lose-last-commit': Crash<Device> }
  | { readonly 'disk-full': { readonly device: Device | 'server' | 'blobs'; readonly for: string } }
  | {
      readonly 'restore-snapshot': {
        readonly device: Device;
        readonly from: string;
        readonly 'restart-after'?: string;
      };
    }
  | { readonly clone: { readonly device: Device; readonly for: string; readonly from?: string } }
  | { readonly steal: Device | { readonly device: Device; readonly scope?: StealScope[] } }
  | {
      readonly 'damage-record':
        | Device
        | {
            readonly device: Device;
            readonly collection?: string;
            readonly 'restart-after'?: string;
          };
    }
  | {
      readonly partition: {
        readonly sides: [Party<Account, Device>[], Party<Account, Device>[]];
        readonly direction?: 'both' | 'one-way';
        readonly for: string;
      };
    }
  | {
      readonly flap: {
        readonly device: Device;
        readonly for: string;
        readonly down: string;
        readonly up: string;
      };
    }
  | { readonly network: { readonly device: Device; readonly use: string } }
  | { readonly clock: { readonly device: Device; readonly skew: string } }
  | {
      readonly 'stanza-fault': {
        readonly fault: StanzaFault;
        readonly device: Device;
        readonly direction: 'to-device' | 'to-server';
        readonly stanza?: string;
        readonly for: string;
        readonly chance?: Ratio;
        readonly delay?: string;
      };
    };

type Crash<Device> = Device | { readonly device: Device; readonly 'restart-after'?: string };
type Party<Account, Device> = Account | Device | 'server';

/** More about an entry: its name, and how it repeats. */
export interface EntryOptions {
  readonly id?: string;
  readonly every?: string;
  readonly until?: string;
  readonly times?: number;
}

/** A built scenario was refused; `errors` says why, the message is the text people see. */
export class ScenarioRefused extends Error {
  readonly errors: readonly ScenarioError[];

  constructor(errors: readonly ScenarioError[]) {
    super(formatScenarioErrors(errors));
    this.name = 'ScenarioRefused';
    this.errors = errors;
  }
}

/** Collects a scenario; every method gives a new builder and leaves the old one as it was. */
export class ScenarioBuilder<
  Account extends string,
  Device extends string,
  Group extends string = never,
> {
  /** The scenario as it would be written in a file. */
  readonly written: WrittenInput;

  constructor(written: WrittenInput) {
    this.written = written;
  }

  #with(more: Partial<WrittenInput>): this {
    return new ScenarioBuilder<Account, Device, Group>({ ...this.written, ...more }) as this;
  }

  #entry(entry: WrittenEntry): this {
    return this.#with({ timeline: [...(this.written.timeline ?? []), entry] });
  }

  /** Adds a person: a phone and companions by name. */
  account<const Name extends string, const Companion extends string = never>(
    name: Name,
    devices: {
      readonly phone?: WrittenPhone;
      readonly companions?: Readonly<Record<Companion, WrittenCompanion>>;
      readonly app?: WrittenApp;
    } = {},
  ): ScenarioBuilder<Account | Name, Device | `${Name}.phone` | `${Name}.${Companion}`, Group> {
    const accounts = { ...this.written.accounts, [name]: { ...devices } };
    return new ScenarioBuilder({ ...this.written, accounts });
  }

  /** Adds a group of accounts; the first member makes it. */
  group<const Name extends string>(
    name: Name,
    group: {
      readonly members: Account[];
      readonly admins?: Account[];
      readonly exists?: boolean;
    },
  ): ScenarioBuilder<Account, Device, Group | Name> {
    const groups = { ...this.written.groups, [name]: { ...group } };
    return new ScenarioBuilder({ ...this.written, groups });
  }

  /**
   * Describes networks, epoch, length, prekeys, settings, heal phase, seed, overrides … as in a
   * file.
   */
  settings(
    more: Omit<
      Partial<WrittenInput>,
      'lockstep' | 'name' | 'accounts' | 'groups' | 'timeline' | 'networks' | 'expect' | 'workload'
    >,
  ): this {
    return this.#with(more);
  }

  /** Describes a network of this scenario. */
  network(name: string, network: WrittenNetworks[string]): this {
    return this.#with({ networks: { ...this.written.networks, [name]: network } });
  }

  /** Adds generated messages. */
  workload(workload: WrittenWorkload): this {
    return this.#with({ workload: [...(this.written.workload ?? []), workload] });
  }

  /** Adds an entry at a time since the epoch. */
  at(
    time: string,
    action: WrittenAction<Account, Device, Group>,
    options: EntryOptions = {},
  ): this {
    return this.#entry({ at: time, ...options, ...action } as WrittenEntry);
  }

  /** Adds an entry a while after an earlier one. */
  after(
    id: string,
    by: string,
    action: WrittenAction<Account, Device, Group>,
    options: EntryOptions = {},
  ): this {
    return this.#entry({ after: id, by, ...options, ...action } as WrittenEntry);
  }

  /** Adds an entry at the time of the one before it, moved by the waits in between. */
  next(action: WrittenAction<Account, Device, Group>, options: EntryOptions = {}): this {
    return this.#entry({ ...options, ...action } as WrittenEntry);
  }

  /** Moves the time of the entries behind it that name none. */
  wait(duration: string): this {
    return this.#entry({ wait: duration });
  }

  /** Adds an expectation of one fact. */
  expect(
    expectation: Omit<WrittenExpectation, 'on'> & { readonly on: (Account | Device)[] },
  ): this {
    return this.#with({ expect: [...(this.written.expect ?? []), expectation] });
  }

  /**
   * Checks everything and gives the scenario; throws `ScenarioRefused` with every error at once.
   */
  build(options: LoadOptions = {}): Scenario {
    const { scenario, complaints } = resolveScenario(this.written, options, () => 0);
    if (scenario !== undefined) return scenario;
    const place = { file: `scenario ${this.written.name}`, line: 0, column: 0 };
    throw new ScenarioRefused(
      complaints.map(({ path, sentence, allowed, nearest }) => {
        const error = { ...place, path, sentence, allowed, sourceLine: '', width: 1 };
        return nearest === undefined ? error : { ...error, nearest };
      }),
    );
  }
}

/** Begins a scenario. */
export function scenario(name: string, summary: string): ScenarioBuilder<never, never> {
  return new ScenarioBuilder({ lockstep: 1, name, summary, accounts: {} });
}
