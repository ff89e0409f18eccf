import { quoter } from '../base/identifiers.ts';
import type { InlineSpelling } from '../base/inline.ts';
import { mssqlVisitors } from './compiler.ts';
import { writeConditionIn } from './conditions.ts';
import { mssqlLiteral } from './literals.ts';
import { RESERVED } from './reserved.ts';
import { mssqlCodec } from './types.ts';

/** How SQL Server's statements are spelled. */
export const mssqlSpelling: Omit<InlineSpelling, 'typeName'> = {
  title: 'SQL Server',
  name: 'mssql',
  visitors: mssqlVisitors,
  windowNames: false,
  textForms: true,
  condition: writeConditionIn,
  quote: quoter(RESERVED, '[', ']'),
  placeholder: (position) => `@p${position}`,
  codec: mssqlCodec,
  literal: mssqlLiteral,
};
