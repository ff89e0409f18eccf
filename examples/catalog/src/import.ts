import { basename, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { databaseUrl } from './config.ts';
import { openDatabase } from './database.ts';
import { db } from './db.ts';
import { type ImportResult, importFile } from './import/import-file.ts';
import { FileError } from './import/read-csv.ts';

const help = `Usage: npm run import -- [options] FILE.csv…

Reads products in Shopify's product CSV format into the catalog, each file in one transaction. A product is known by its
handle: new ones are made, others brought up to date, and a second run changes nothing.

Options:
  --strict         keep nothing of a file that has a bad row
  --category NAME  the category of products whose Type is empty (default: Other)
  -h, --help       show this text

Bad rows are reported as FILE:LINE: reason, and the good rows still land. DATABASE_URL names the database.

Exit codes: 0 the files were imported (without --strict, less their bad rows); 1 a file could not be imported, or had a bad
row under --strict; 2 the command was wrong.
`;

/** The command line: what to do, or with what words to refuse. */
function readArguments(args: readonly string[]): { files: string[]; strict: boolean; category: string } | { say: string; code: number } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        strict: { type: 'boolean', default: false },
        category: { type: 'string', default: 'Other' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { say: help, code: 0 };
    const category = values.category.trim();
    if (category === '' || category.length > 100) return { say: '--category takes a name of 1 to 100 characters.\n', code: 2 };
    if (positionals.length === 0) return { say: `Name at least one file.\n\n${help}`, code: 2 };
    return { files: positionals, strict: values.strict, category };
  } catch (error) {
    return { say: `${(error as Error).message}\n\n${help}`, code: 2 };
  }
}

// npm runs a script in the package's folder; INIT_CWD is where its user was.
const workingFolder = process.env.npm_lifecycle_event === 'import' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();

async function run(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if ('say' in asked) {
    (asked.code === 0 ? process.stdout : process.stderr).write(asked.say);
    return asked.code;
  }
  await openDatabase(databaseUrl());
  try {
    let failed = false;
    for (const file of asked.files) failed = !(await importOne(file, asked)) || failed;
    return failed ? 1 : 0;
  } finally {
    await db.dispose();
  }
}

async function importOne(given: string, { strict, category }: { strict: boolean; category: string }): Promise<boolean> {
  const path = resolve(workingFolder, given);
  const file = path.startsWith(workingFolder) ? relative(workingFolder, path) : given;
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: `${basename(file)} {bar} {value}/{total}`, clearOnComplete: true, hideCursor: true })
    : null;
  const progress = (done: number, total: number) => (done === 0 ? bar?.start(total, 0) : bar?.update(done));
  try {
    const result = await importFile(path, { strict, category, progress });
    bar?.stop();
    return tell(file, result);
  } catch (error) {
    bar?.stop();
    if (!(error instanceof FileError)) throw error;
    process.stderr.write(`${file}: ${error.message}\n`);
    return false;
  }
}

function tell(file: string, { counts, badRows, kept }: ImportResult): boolean {
  for (const { line, reason } of badRows) process.stderr.write(`${file}:${line}: ${reason}\n`);
  const bad = badRows.length === 0 ? '' : `, ${badRows.length} bad ${badRows.length === 1 ? 'row' : 'rows'}`;
  const undone = kept ? '' : '; nothing was kept (--strict)';
  process.stdout.write(`${file}: ${counts.created} created, ${counts.updated} updated, ${counts.unchanged} unchanged${bad}${undone}\n`);
  return kept;
}

process.exitCode = await run(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`The import failed: ${error.message}\n`);
  return 1;
});
