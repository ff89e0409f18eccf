// Runs a program on the Node that the repository brings (the package `node`), and stands between it and npm:
// signals go through to it, and its exit code comes back.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from './root.mjs';

const runs = (file) => existsSync(file) && spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0;

/** Where the Node is that runs this project. */
export function repositoryNode() {
  const own = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (runs(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  console.error(
    `The package \`node\` has no binary for this machine, and Node ${process.version} is too old: install Node 22.18 or later (24 is what the project is developed on), then run this again.`,
  );
  return process.exit(1);
}

/**
 * Runs `node ...args` in the repository's folder and resolves to its exit code (128 + n where signal n ended it).
 * @param {string[]} args
 * @param {Record<string, string>} [env] set on top of this process's own
 * @returns {Promise<number>}
 */
export function runNode(args, env = {}) {
  const node = repositoryNode();
  const PATH = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH, ...env } });
  const last = {};
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      // Ctrl-C on a terminal reaches the whole group, the child included; npm then sends it once more.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      const now = Date.now();
      if (now - (last[signal] ?? 0) > 500) child.kill(signal);
      last[signal] = now;
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
