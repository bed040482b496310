import jsonata from 'jsonata';
import { HekanError } from '../errors.ts';
import type { OutletConfig } from './outlet.ts';

export type MappedField = keyof OutletConfig['mapping'];
export type MappingTexts<Field extends string = MappedField> = { readonly [F in Field]?: string | undefined };
/** What a mapping gave; a field that failed is in `problems` instead. */
export interface Mapped<Field extends string = MappedField> {
  values: Partial<Record<Field, string | number>>;
  problems: Partial<Record<Field, string>>;
}
export type Mapper<Field extends string = MappedField> = (signal: unknown) => Promise<Mapped<Field>>;

/** An expression of somebody else's must not hold the server: time in ms, depth of calls, length of a sequence. */
const BOUNDS = { timeout: 200, stack: 100, sequence: 10_000 };
const MAX_TEXT = 4000;

/** Compiles one expression. @throws HekanError('bad_request') that names the field and what JSONata said. */
export function compileExpression(name: string, text: string): jsonata.Expression {
  try {
    return jsonata(text, BOUNDS);
  } catch (cause) {
    throw new HekanError('bad_request', `${name}: ${(cause as Error).message}`, { field: name, given: text, cause });
  }
}

const OUT_OF_TIME = 'D1012';

/** Evaluates, and once more where the time ran out: on a busy machine somebody else may have had it. */
async function evaluate(expression: jsonata.Expression, signal: unknown): Promise<unknown> {
  try {
    return (await expression.evaluate(signal)) as unknown;
  } catch (cause) {
    if ((cause as { code?: string }).code !== OUT_OF_TIME) throw cause;
    return expression.evaluate(signal);
  }
}

/** Compiles the expressions once. @throws HekanError('bad_request') that names the field and what JSONata said. */
export function compileMapping<Field extends string = MappedField>(
  mapping: MappingTexts<Field>,
  name = 'mapping',
): Mapper<Field> {
  const fields = (Object.entries(mapping) as [Field, string | undefined][]).flatMap(([field, text]) =>
    text === undefined ? [] : [[field, compileExpression(`${name}.${field}`, text)] as const],
  );
  return async (signal) => {
    const mapped: Mapped<Field> = { values: {}, problems: {} };
    for (const [field, expression] of fields) {
      try {
        const value = await evaluate(expression, signal);
        if (value === undefined || value === null || value === '') continue;
        if (typeof value === 'string') mapped.values[field] = value.slice(0, MAX_TEXT);
        else if (typeof value === 'number') mapped.values[field] = value;
        else mapped.problems[field] = `expected a text or a number, got ${JSON.stringify(value).slice(0, 100)}`;
      } catch (cause) {
        mapped.problems[field] = (cause as Error).message.slice(0, 200);
      }
    }
    return mapped;
  };
}
