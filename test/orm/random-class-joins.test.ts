import { describe, expect, test } from 'vitest';
import { alias, type Expression, type FromItem, Join, join, outerJoin, type Select, select } from '../../src/index.ts';
import { Random } from '../core/random-values.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { firstSeed, isOneSeed } from '../setup/seed.ts';
import { openCompany } from './hierarchy-models.ts';

// Random joins over classes of a hierarchy and other classes, on every side of every join: the rows are those that loops over plain
// records give. ATHANOR_SEED=… runs one seed.

const SEEDS = Array.from({ length: isOneSeed ? 1 : 3 }, (_, i) => firstSeed + i);

type Row = Readonly<Record<string, number | null>>;
/** What a join brings: a record for each source, or none where an outer join left it out. */
type Rows = readonly Readonly<Record<string, Row | null>>[];
type JoinType = 'inner' | 'left' | 'right' | 'full';

interface Leaf {
  readonly key: string;
  readonly item: FromItem;
  readonly columns: Readonly<Record<string, Expression<number | null>>>;
  readonly rows: readonly Row[];
}
interface Branch {
  readonly type: JoinType;
  readonly left: Tree;
  readonly right: Tree;
  readonly near: readonly [Leaf, string];
  readonly far: readonly [Leaf, string];
}
type Tree = Leaf | Branch;

const isLeaf = (tree: Tree): tree is Leaf => 'key' in tree;
const leavesOf = (tree: Tree): Leaf[] => (isLeaf(tree) ? [tree] : [...leavesOf(tree.left), ...leavesOf(tree.right)]);

function evaluate(tree: Tree): Rows {
  if (isLeaf(tree)) return tree.rows.map((row) => ({ [tree.key]: row }));
  const { type, near, far } = tree;
  const [left, right] = [evaluate(tree.left), evaluate(tree.right)];
  const absent = (side: Tree) => Object.fromEntries(leavesOf(side).map(({ key }) => [key, null]));
  const partnered = new Set<unknown>();
  const pairs = left.flatMap((one) =>
    right.flatMap((other) => {
      const [a, b] = [one[near[0].key]?.[near[1]] ?? null, other[far[0].key]?.[far[1]] ?? null];
      if (a === null || a !== b) return [];
      partnered.add(one).add(other);
      return [{ ...one, ...other }];
    }),
  );
  const alone = (side: Rows, missing: Tree) => side.filter((row) => !partnered.has(row)).map((row) => ({ ...row, ...absent(missing) }));
  return [
    ...pairs,
    ...(type === 'left' || type === 'full' ? alone(left, tree.right) : []),
    ...(type === 'right' || type === 'full' ? alone(right, tree.left) : []),
  ];
}

const conditionOf = ({ near, far }: Branch): Expression<boolean> => near[0].columns[near[1]].eq(far[0].columns[far[1]] as never);

/** The tree as joins of Core. */
function itemOf(tree: Tree): FromItem {
  if (isLeaf(tree)) return tree.item;
  const [left, right, on] = [itemOf(tree.left), itemOf(tree.right), conditionOf(tree)];
  if (left instanceof Join) {
    if (tree.type === 'left') return left.outerJoin(right, on);
    return tree.type === 'inner' ? left.join(right, on) : tree.type === 'right' ? left.rightJoin(right, on) : left.fullJoin(right, on);
  }
  if (tree.type === 'left') return outerJoin(left, right, on);
  if (tree.type === 'inner') return join(left, right, on);
  throw new Error('join() and outerJoin() begin joins, and no other function does');
}

/** Whether joins of Core can begin so. */
function canBegin(tree: Tree): boolean {
  if (isLeaf(tree)) return false;
  return isLeaf(tree.left) ? tree.type === 'inner' || tree.type === 'left' : canBegin(tree.left);
}

/** The same, joined by the select along its left edge. */
function selectOf(columns: Select<unknown>, tree: Tree): Select<unknown> {
  if (isLeaf(tree)) return columns.from(tree.item);
  const before = selectOf(columns, tree.left);
  const [right, on] = [itemOf(tree.right), conditionOf(tree)];
  if (tree.type === 'left') return before.outerJoin(right, on);
  return tree.type === 'inner' ? before.join(right, on) : tree.type === 'right' ? before.rightJoin(right, on) : before.fullJoin(right, on);
}

async function openRandom(database: TestDatabase, joined: boolean, random: Random) {
  const opened = await openCompany(database, joined);
  const { session, Company, Employee, Manager, Executive, Engineer } = opened;
  const companies = ['a', 'b', 'c'].map((name) => new Company({ name }));
  const company = () => random.of([...companies, null]);
  const managers = [1, 2, 3].map((budget) => new Manager({ name: `m${budget}`, budget, company: company() }));
  const executives = [1, 2].map((n) => new Executive({ name: `x${n}`, budget: n, company: company() }));
  const leaders = [...managers, ...executives, null];
  const engineers = [1, 2, 3, 4].map(
    (n) => new Engineer({ name: `e${n}`, language: 'ts', company: company(), manager: random.of(leaders) }),
  );
  session.addAll([...companies, ...managers, ...executives, ...engineers, new Employee({ name: 'plain', company: company() })]);
  await session.commit();
  const ids = (list: readonly { id: number; companyId?: number | null; managerId?: number | null }[]): Row[] =>
    list.map(({ id, companyId = null, managerId = null }) => ({ id, companyId, managerId }));
  const all = [...managers, ...executives, ...engineers, ...(await session.query(Employee).filterBy({ name: 'plain' }).all())];
  const classes = [
    { model: Company, keys: ['id'], rows: ids(companies) },
    { model: Employee, keys: ['id', 'companyId'], rows: ids(all).map(({ id, companyId }) => ({ id, companyId })) },
    { model: Manager, keys: ['id', 'companyId'], rows: ids([...managers, ...executives]) },
    { model: Executive, keys: ['id', 'companyId'], rows: ids(executives) },
    { model: Engineer, keys: ['id', 'companyId', 'managerId'], rows: ids(engineers) },
  ];
  return { ...opened, classes };
}

const CASES = allDatabases
  .filter(({ name }) => !name.includes('file'))
  .flatMap((database) =>
    [true, false].map((joined) => ({ database, joined, name: database.name, form: joined ? 'joined tables' : 'one table' })),
  );

describe.each(CASES)('random joins of classes in $form on $name', ({ database, joined }) => {
  test.each(SEEDS)('give the rows that loops give (seed %i)', async (seed) => {
    const random = new Random(seed);
    const { session, classes } = await openRandom(database, joined, random);
    const types: JoinType[] = database.family === 'mysql' ? ['inner', 'left', 'right'] : ['inner', 'left', 'right', 'full'];
    for (let round = 0; round < 25; round++) {
      let bare = { hierarchy: false, other: false };
      const leaf = (place: number): Leaf => {
        const { model, keys, rows } = random.of(classes);
        const side = model.name === 'Company' ? 'other' : 'hierarchy';
        // A class stands under its own name once.
        const own = !bare[side] && random.fraction() < 0.6;
        if (own) bare = { ...bare, [side]: true };
        const item = (own ? model : alias(model as (typeof classes)[0]['model'], `s${place}`)) as unknown as FromItem & {
          c: Leaf['columns'];
        };
        return { key: `s${place}`, item, rows, columns: Object.fromEntries(keys.map((key) => [key, item.c[key]])) };
      };
      let places = 0;
      const branch = (left: Tree, right: Tree, type: JoinType): Branch => {
        const [near, far] = [left, right].map((side): [Leaf, string] => {
          const one = random.of(leavesOf(side));
          return [one, random.of(Object.keys(one.columns))];
        });
        return { type, left, right, near, far };
      };
      const small = (): Tree =>
        random.fraction() < 0.3 ? branch(leaf(places++), leaf(places++), random.of(['inner', 'left'])) : leaf(places++);
      let tree: Tree = branch(leaf(places++), small(), random.of(types));
      while (random.fraction() < 0.4 && places < 5) tree = branch(tree, small(), random.of(types));
      const leaves = leavesOf(tree);
      const expected = evaluate(tree)
        .map((row) => leaves.map(({ key }) => row[key]?.id ?? null).join())
        .sort();
      // What is selected must not matter: all sources, or one.
      const shown = random.fraction() < 0.7 ? leaves : [random.of(leaves)];
      const columns = select(...shown.map((one) => one.columns.id)) as unknown as Select<unknown>;
      const statement = random.fraction() < 0.5 && canBegin(tree) ? columns.from(itemOf(tree)) : selectOf(columns, tree);
      const rows = ((await session.all(statement)) as unknown[][]).map((row) => row.map((value) => value ?? null));
      const wanted =
        shown === leaves
          ? expected
          : evaluate(tree)
              .map((row) => String(row[shown[0].key]?.id ?? ''))
              .sort();
      expect(rows.map((row) => row.map((value) => value ?? '').join()).sort(), `seed ${seed}, round ${round}`).toEqual(
        wanted.map((row) => row.replaceAll('null', '')),
      );
    }
  });
});
