import type { ReflectedSequence } from '../dialects/base/catalog.ts';
import type { Dialect } from '../dialects/base/dialect.ts';
import type { ReflectedTable } from '../dialects/base/reflection.ts';
import type { MetaData } from '../sql/metadata.ts';
import { Sequence } from '../sql/sequence.ts';
import { BIG_INTEGER } from '../sql/type.ts';
import type { Inspector } from './inspector.ts';

interface SequenceName {
  readonly name: string;
  readonly schema: string | null;
}

/** `nextval('a.b'::regclass)` of PostgreSQL; MariaDB's has the name itself in the brackets, in its own quotes. */
const NEXT = /\bnextval\(\s*(?:'((?:[^']|'')+)'|((?:`(?:[^`]|``)+`|\w+)(?:\.(?:`(?:[^`]|``)+`|\w+))?))/gi;
const PART = /"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^."`]+)/g;

/** The sequences that an expression takes numbers from, as it names them. */
export function sequencesIn(sql: string): SequenceName[] {
  return Array.from(sql.matchAll(NEXT), ([, text, name]) => {
    const parts = Array.from((text?.replaceAll("''", "'") ?? name).matchAll(PART), ([, double, back, bare]) =>
      double !== undefined ? double.replaceAll('""', '"') : back !== undefined ? back.replaceAll('``', '`') : bare,
    );
    return { name: parts[parts.length - 1], schema: parts.length > 1 ? parts[0] : null };
  });
}

/** The sequences that these tables' defaults name, each of which the table needs and does not own. */
export function neededSequences(tables: readonly ReflectedTable[]): SequenceName[] {
  return tables.flatMap(({ columns }) =>
    columns.flatMap(({ default: given, autoIncrement }) => (given === null || autoIncrement === true ? [] : sequencesIn(given))),
  );
}

/**
 * Sequences of a database as those of a metadata: the named ones, and of one schema all that no column owns.
 *
 * @param whole the schema that is read as a whole; nothing where it is left out
 */
export async function readSequences(
  inspector: Inspector,
  metadata: MetaData,
  dialect: Dialect,
  named: readonly SequenceName[],
  whole?: { readonly schema: string | null },
): Promise<void> {
  const schemas = new Set([...named.map(({ schema }) => schema), ...(whole === undefined ? [] : [whole.schema])]);
  for (const schema of schemas) {
    for (const found of await inspector.sequences({ schema })) {
      const wanted =
        (whole?.schema === schema && found.ownedBy === null) || named.some((own) => own.name === found.name && own.schema === schema);
      const sequence = wanted ? sequenceOf(found, dialect) : null;
      if (sequence !== null && !metadata.sequences.has(sequence.fullName)) metadata.sequences.set(sequence.fullName, sequence);
    }
  }
}

function sequenceOf({ name, ownedBy: _owner, type: words, ...options }: ReflectedSequence, { ddl }: Dialect): Sequence<unknown> {
  const type = (words === undefined ? null : ddl.parseType(words)) ?? BIG_INTEGER;
  return new Sequence<unknown>(name, { ...options, type: { type, '~value': undefined } });
}
