/**
 * As much of JSON Schema as the project's own documents use, for their tests: types, properties in
 * order, required, enum, const, pattern, minimum, items. An unknown keyword is an error, not
 * ignored.
 */

export interface Schema {
  readonly [keyword: string]: unknown;
}

const KNOWN = new Set([
  ...['$schema', 'title', 'description', 'type', 'properties', 'required', 'additionalProperties'],
  ...['enum', 'const', 'pattern', 'minimum', 'items'],
]);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function objectErrors(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
): string[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema.required ?? []) as readonly string[];
  const errors: string[] = [];
  const known = Object.keys(properties);
  const found = Object.keys(value).filter((key) => known.includes(key));
  const inOrder = known.filter((key) => found.includes(key));
  if (found.join() !== inOrder.join()) errors.push(`${path}: fields are out of order`);
  for (const key of required) if (!(key in value)) errors.push(`${path}.${key} is missing`);
  for (const [key, member] of Object.entries(value)) {
    const rest = schema.additionalProperties;
    const rule = properties[key] ?? (typeof rest === 'object' ? (rest as Schema) : undefined);
    if (rule !== undefined) errors.push(...schemaErrors(member, rule, `${path}.${key}`));
    else if (rest === false) errors.push(`${path}.${key} is not in the schema`);
  }
  return errors;
}

/** What in a value does not follow a schema: one sentence each, none when all does. */
export function schemaErrors(value: unknown, schema: Schema, path = '$'): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) return [`${path}: the schema uses ${unknown.join()}`];
  const errors: string[] = [];
  const types = [schema.type ?? []].flat() as unknown as readonly string[];
  if (types.length > 0 && !types.includes(typeOf(value))) {
    return [`${path} is ${typeOf(value)}, not ${types.join(' or ')}`];
  }
  if ('const' in schema && value !== schema.const) errors.push(`${path} is not ${schema.const}`);
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    errors.push(`${path} is ${String(value)}, which is not allowed`);
  }
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(String(value))) {
    errors.push(`${path} does not look like ${schema.pattern}`);
  }
  if (typeof schema.minimum === 'number' && typeof value === 'number' && value < schema.minimum) {
    errors.push(`${path} is below ${schema.minimum}`);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const rule = schema.items as Schema;
    errors.push(...value.flatMap((item, at) => schemaErrors(item, rule, `${path}[${at}]`)));
  }
  if (typeOf(value) === 'object') {
    errors.push(...objectErrors(value as Readonly<Record<string, unknown>>, schema, path));
  }
  return errors;
}
