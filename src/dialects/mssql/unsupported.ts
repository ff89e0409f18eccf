import { sqlError } from '../../sql/errors.ts';
import type { Visitors } from '../base/compiler.ts';

function refuse(feature: string): () => never {
  return () => {
    throw sqlError('sql.unsupported', feature, 'SQL Server');
  };
}

const noArrays = refuse('arrays');
const noPatterns = refuse('regular expressions before its version 2025');

type Missing = 'regexp' | 'regexpReplace' | 'jsonContains' | 'arrayOperator' | 'arrayIndex' | 'arrayLength' | 'arrayOf';

/** What SQL Server has no words for. */
export const missingVisitors: Pick<Visitors, Missing> = {
  regexp: noPatterns,
  regexpReplace: noPatterns,
  jsonContains: refuse('test whether JSON contains other JSON'),
  arrayOperator: noArrays,
  arrayIndex: noArrays,
  arrayLength: noArrays,
  arrayOf: noArrays,
};
