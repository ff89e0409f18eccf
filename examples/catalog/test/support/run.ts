import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../..', import.meta.url));

export interface Started {
  /** All that was printed so far, on both streams. */
  readonly output: () => string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  signal(name: NodeJS.Signals): void;
  /** The exit code, when it has ended. */
  readonly ended: Promise<number | null>;
  /** Waits until the output has this; returns the match. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts one of the catalog's programs as its user would, on the library's source. */
export function run(script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Started {
  const { NODE_ENV: _, INIT_CWD: __, npm_lifecycle_event: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--conditions=athanor-source', script, ...args], {
    cwd: folder,
    // Node 22 calls its SQLite experimental on the standard error.
    env: { ...inherited, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
      for (const watcher of watchers) watcher();
    });
  }
  const output = () => printed.stdout + printed.stderr;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    output,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    signal: (name) => void child.kill(name),
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output());
          if (!match) return;
          watchers.delete(look);
          resolve(match);
        };
        watchers.add(look);
        void ended.then((code) => reject(new Error(`${script} ended with ${code} before it printed ${pattern}:\n${output()}`)));
        look();
      }),
  };
}
