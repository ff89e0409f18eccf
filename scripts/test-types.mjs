// Compiles test/types against the built declarations, as a user's compiler would, under every TypeScript that is supported: from
// a folder of its own, where the declarations of what is exported can name nothing but what the package exports.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

const compilers = ['typescript', 'typescript-6.0', 'typescript-5.9'];
const report = process.env.ATHANOR_TYPES_REPORT;

function compile(compiler) {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const tsc = spawn(process.execPath, [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', project, '--pretty', 'false'], {
      cwd: project,
    });
    let output = '';
    for (const stream of [tsc.stdout, tsc.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    tsc.once('error', reject);
    tsc.once('close', (code) => resolve({ compiler, output, passed: code === 0, seconds: (Date.now() - started) / 1000 }));
  });
}

const files = readdirSync(join(root, 'test/types')).filter((name) => name.endsWith('.ts'));
if (files.length === 0 || !existsSync(join(root, 'dist/index.d.ts'))) {
  console.error(files.length === 0 ? 'There are no type tests in test/types.' : 'dist/ is missing: run `npm run build` first.');
  process.exit(1);
}
const project = mkdtempSync(join(tmpdir(), 'athanor-types-'));
cpSync(join(root, 'test/types'), project, { recursive: true });
// The repository's packages, `athanor` itself among them.
symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'test/types/tsconfig.json'), include: ['*.ts'] }));
const results = await Promise.all(compilers.map(compile));
rmSync(project, { recursive: true, force: true });
for (const { compiler, output, passed, seconds } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  type tests (${files.length} files) with ${compiler}  ${seconds.toFixed(1)} s`);
  if (output.trim()) console.log(output.trimEnd());
}
const failed = results.filter((result) => !result.passed).length;
if (report) writeFileSync(report, JSON.stringify({ numPassedTests: results.length - failed, numFailedTests: failed, numPendingTests: 0 }));
process.exitCode = failed ? 1 : 0;
