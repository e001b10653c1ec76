/**
 * The scenario language as JSON Schema (draft 2020-12), for editors; made from the schema the
 * loader uses.
 */

import { z } from 'zod';
import { writtenScenarioSchema } from './schema.ts';

/** The JSON Schema of the written form; keys in a stable order. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(writtenScenarioSchema, { io: 'input', target: 'draft-2020-12' });
  return {
    ...schema,
    title: 'Lockstep scenario',
    description: 'A story for the simulator: who takes part, what happens, what must be true.',
  };
}
