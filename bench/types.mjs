// How long TypeScript takes to check a large schema: 100 models of 15 columns and 6 relations, and 100 nested eager queries.
// Run after `npm run build`: node bench/types.mjs [models]. It fails where a model costs more than it may, or more the more there are.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the project, so that `athanor` is found by its name.
const folder = join(root, 'node_modules/.cache/athanor-types');

const COLUMNS = [
  'id: t.integer().primaryKey()',
  'name: t.string(80).unique()',
  'text: t.text().nullable()',
  'active: t.boolean().default(true)',
  'count: t.integer().default(0)',
  'price: t.numeric(10, 2)',
  'big: t.bigInteger().nullable()',
  'ratio: t.double().default(1)',
  'day: t.date().nullable()',
  'createdAt: t.dateTime().default(() => new Date())',
  'updatedAt: t.dateTime().nullable()',
  "size: t.enum(['s', 'm', 'l'])",
  'meta: t.json<{ tags: string[] }>().nullable()',
];

function sources(models) {
  const name = (i) => `M${((i % models) + models) % models}`;
  const model = (i) => `export class ${name(i)} extends db.Model('m${i}', {
  ${[...COLUMNS, `nextId: t.integer().references('m${(i + 1) % models}.id')`, `otherId: t.integer().nullable().references('m${(i + 7) % models}.id')`].join(',\n  ')},
  get next() { return belongsTo(${name(i + 1)}, { foreignKey: 'nextId' }); },
  get other() { return belongsTo(${name(i + 7)}, { foreignKey: 'otherId', nullable: true }); },
  get previous() { return hasMany(${name(i - 1)}, { foreignKey: 'nextId', orderBy: () => ${name(i - 1)}.c.createdAt.desc() }); },
  get others() { return hasMany(${name(i - 7)}, { foreignKey: 'otherId' }); },
  get one() { return hasOne(${name(i - 1)}, { foreignKey: 'nextId' }); },
  get pairs() { return manyToMany(${name(i + 3)}, { through: pairs }); },
}) { get label() { return \`\${this.name} \${this.count}\`; } }`;
  const query = (
    i,
  ) => `for (const x of await ${name(i)}.query().filterBy({ active: true, size: 'm' }).filter(${name(i)}.c.count.gt(${i}), ${name(i)}.c.previous.any(${name(i - 1)}.c.name.eq('x')))
  .with({ next: { with: { others: { with: { one: true } } } }, previous: { with: { pairs: true } }, pairs: true }).orderBy(${name(i)}.c.createdAt.desc()).all()) {
  x.next.label; for (const o of x.next.others) o.one?.price.toFixed(2); for (const p of x.previous) for (const q of p.pairs) q.label; for (const q of x.pairs) q.meta?.tags;
}`;
  const numbers = Array.from({ length: models }, (_, i) => i);
  return {
    'models.ts': `import { belongsTo, Database, hasMany, hasOne, manyToMany, t } from 'athanor';
export const db = new Database();
const pairs = db.Table('pairs', { a: t.integer().primaryKey(), b: t.integer().primaryKey() });
${numbers.map(model).join('\n')}\n`,
    'queries.ts': `import { ${numbers.map(name).join(', ')} } from './models.ts';\n${numbers.map(query).join('\n')}\n`,
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions: { customConditions: [] }, include: ['*.ts'] }),
  };
}

function measure(compiler, models) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(sources(models))) writeFileSync(join(folder, file), content);
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', folder, '--extendedDiagnostics', '--pretty', 'false'],
    { encoding: 'utf8' },
  );
  const figure = (label) => stdout.match(new RegExp(`^${label}:\\s+(\\S+)`, 'm'))?.[1] ?? '?';
  if (status !== 0) {
    console.log(stdout.slice(0, 2000));
    process.exitCode = 1;
  }
  return {
    compiler,
    models,
    instantiations: Number(figure('Instantiations')),
    types: figure('Types'),
    check: figure('Check time'),
    total: figure('Total time'),
    memory: figure('Memory used'),
  };
}

/** What one model may cost, in a schema of any size. Counts, unlike seconds, are the same on every machine. */
const MOST_INSTANTIATIONS = 4000;
/** How much more a model may cost in the whole schema than in half of it, if the growth is to be called linear. */
const MOST_GROWTH = 1.1;

const models = Number(process.argv[2] ?? 100);
const rows = [];
for (const compiler of ['typescript', 'typescript-6.0', 'typescript-5.9'])
  for (const count of [1, models / 2, models]) rows.push(measure(compiler, Math.round(count)));
for (const row of rows) {
  const base = rows.find((other) => other.compiler === row.compiler);
  row['instantiations per model'] = row === base ? '' : Math.round((row.instantiations - base.instantiations) / (row.models - base.models));
}
console.table(rows);
for (let i = 0; i < rows.length; i += 3) {
  const [half, whole] = [rows[i + 1], rows[i + 2]].map((row) => row['instantiations per model']);
  if (whole <= MOST_INSTANTIATIONS && whole <= half * MOST_GROWTH) continue;
  console.log(
    `${rows[i].compiler}: ${whole} instantiations a model (${half} among half as many); at most ${MOST_INSTANTIATIONS}, growing linearly.`,
  );
  process.exitCode = 1;
}
rmSync(folder, { recursive: true, force: true });
