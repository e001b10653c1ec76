/** `list WHAT`: what there is to run, to be hurt by, and to be judged by; one line each. */

import { Argument, Command } from 'commander';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { requireWord } from '../usage-error.ts';
import { aligned } from '../words.ts';

/** The lists there are. */
export const LISTS = [
  'scenarios',
  'properties',
  'faults',
  'networks',
  'architectures',
  'levers',
] as const;

type ListName = (typeof LISTS)[number];

/** One line of a list. */
interface Item {
  readonly name: string;
  readonly summary: string;
}

async function itemsOf(what: ListName): Promise<readonly Item[]> {
  switch (what) {
    case 'scenarios':
      return (await import('../../scenarios/library.ts')).listScenarios();
    case 'properties': {
      const { catalogue } = await import('../../sim/properties/index.ts');
      const { demandWords } = await import('../../sim/properties/modes.ts');
      return catalogue.map(({ id, name, summary }) => {
        return { name: id, summary: `${name}: ${summary} [${demandWords(id)}]` };
      });
    }
    case 'faults':
      return (await import('../faults.ts')).FAULTS;
    case 'networks':
      return (await import('../../sim/network/networks.ts')).listNetworks();
    case 'architectures':
      return [
        {
          name: 'fanout',
          summary: 'the multi-device design of 2021: one ciphertext per device, no phone needed',
        },
        {
          name: 'relay',
          summary: 'the design before it: browsers mirror the phone, which has to be there',
        },
      ];
    case 'levers':
      return (await import('../../sim/world/levers.ts')).listLevers();
  }
}

/** The command. */
export function listCommand(session: Session): Command {
  const command = new Command('list')
    .description('list scenarios, properties, faults, networks, architectures or levers')
    .addArgument(new Argument('<what>', LISTS.join(', ')))
    .option('--json', 'print one JSON document')
    .action(async (typed: string, flags: { readonly json?: boolean }) => {
      const items = await itemsOf(requireWord('list', typed, LISTS));
      const { terminal } = session;
      if (flags.json === true) {
        const named = items.map(({ name, summary }) => ({ name, summary }));
        const document = { schema: 'lockstep.list/1', items: named };
        terminal.print(`${JSON.stringify(document, null, 2)}\n`);
        return;
      }
      const rows = aligned(items.map(({ name, summary }) => [name, summary]));
      terminal.print(rows.map((row) => `${row}\n`).join(''));
    });
  return withTalk(command);
}
