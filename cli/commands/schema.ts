/** `schema`: the JSON Schema of the scenario language, for editors. */

import { Command } from 'commander';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';

/** The command. */
export function schemaCommand(session: Session): Command {
  const command = new Command('schema')
    .description('print the JSON Schema of the scenario language, for editors')
    .action(async () => {
      const { scenarioJsonSchema } = await import('../../scenarios/json-schema.ts');
      session.terminal.print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
    });
  return withTalk(command);
}
