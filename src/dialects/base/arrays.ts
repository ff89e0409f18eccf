import { TIGHTNESS, type Visitors } from './compiler.ts';

const OPERATORS = { contains: '@>', containedBy: '<@', overlaps: '&&' } as const;

type ArrayVisitors = Pick<Visitors, 'arrayOperator' | 'arrayIndex' | 'arrayLength' | 'arrayOf'>;

/** Arrays as PostgreSQL has them. */
export const arrayVisitors: ArrayVisitors = {
  arrayOperator: (node, to) => {
    to.operand(node.left, TIGHTNESS.collate).write(` ${OPERATORS[node.operator]} `).operand(node.right, TIGHTNESS.collate);
  },
  // Counted from 1 there, and from 0 here.
  arrayIndex: (node, to) => {
    to.write('(').visit(node.operand).write(')[');
    if (node.at !== null) to.operand(node.at, TIGHTNESS.sum).write(' + 1');
    else if (node.index !== null && node.index >= 0) to.write(String(node.index + 1));
    else {
      const back = -(node.index ?? 0) - 1;
      to.write('array_upper(')
        .visit(node.operand)
        .write(back === 0 ? ', 1)' : `, 1) - ${back}`);
    }
    to.write(']');
  },
  arrayLength: (node, to) => to.write('cardinality(').visit(node.operand).write(')'),
  arrayOf: (node, to) => {
    // The database would take bare parameters for texts.
    if (node.type === null) to.write('ARRAY[').list(node.items).write(']');
    else
      to.write('CAST(ARRAY[')
        .list(node.items)
        .write(`] AS ${to.spelling.typeName(node.type)}[])`);
  },
};
