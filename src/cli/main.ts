#!/usr/bin/env node
// The command's entry. Everything else is loaded after the check, since an older Node could not read it.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`error: athanor needs Node 22.18 or later; this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  silence(['Type Stripping', 'SQLite']);
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2), process);
  // A program that the configuration started (a timer, a server) must not keep the command from ending.
  setTimeout(() => process.exit(), 200).unref();
}

/** Keeps Node's notes on its own experiments out of the command's output: they are no news to its users. */
function silence(experiments: readonly string[]): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const experimental = rest[0] === 'ExperimentalWarning' && experiments.some((name) => String(warning).includes(name));
    if (!experimental) emitWarning(warning, ...rest);
  };
}

export {};
