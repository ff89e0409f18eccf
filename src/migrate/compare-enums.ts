import type { ColumnEnum } from '../dialects/base/reflection.ts';
import type { EnumType } from '../sql/own-types.ts';
import type { Change, ComparedDialect, Comparison } from './comparison.ts';

/** The values that the enums of models have and those of a database have not. None can be taken away again. */
export function compareEnums(pairs: ReadonlyMap<EnumType, ColumnEnum>, { title }: ComparedDialect): Comparison {
  const changes: Change[] = [];
  const warnings: string[] = [];
  for (const [own, there] of pairs) {
    const missing = own.values.filter((value) => !there.values.includes(value));
    for (const value of missing) {
      const before = own.values[own.values.indexOf(value) - 1];
      const place = before !== undefined ? { after: before } : there.values.length > 0 ? { before: there.values[0] } : {};
      const type = { name: own.name, schema: own.schema };
      changes.push({ upgrade: [{ kind: 'addEnumValue', type, value, ...place }], downgrade: [] });
    }
    if (missing.length > 0)
      warnings.push(
        `${title} cannot take values away from the enum '${own.name}': the downgrade leaves ${missing.map(quoted).join(', ')}.`,
      );
    const left = there.values.filter((value) => !own.values.includes(value));
    if (left.length > 0)
      warnings.push(
        `The enum '${own.name}' of the database has ${left.map(quoted).join(', ')} beside what the models say, which ${title} cannot take away.`,
      );
  }
  return { changes, problems: [], warnings };
}

function quoted(value: string): string {
  return `'${value}'`;
}
