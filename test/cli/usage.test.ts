import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { scratchProject } from '../migrate/scratch-project.ts';

/** Runs the command in this process; what it wrote, and its exit code. */
async function athanor(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => ({ isTTY: false, write: (text: string) => (written[name] += text) });
  const { folder } = scratchProject();
  const code = await run(args, { stdout: output('stdout'), stderr: output('stderr'), env: {}, cwd: () => folder });
  return { code, ...written };
}

describe('usage', () => {
  it.each([
    [[], 2, /Usage: athanor \[options\] \[command\]/],
    [['db'], 2, /Usage: athanor db/],
    [['db', 'upgrad'], 2, /error: unknown command 'upgrad'\n\(Did you mean upgrade\?\)\nAdd --help/],
    [['db', 'upgrade', '--fast'], 2, /error: unknown option '--fast'/],
    [['db', 'upgrade', 'a', 'b'], 2, /too many arguments for 'upgrade'/],
    [['db', 'migrate', '-m'], 2, /option '-m, --message <text>' argument missing/],
    [['db', 'downgrade', '-2', '--config', 'nowhere.ts'], 1, /error: There is no file .*nowhere\.ts, which --config names/],
  ])('athanor %j', async (args, code, message) => {
    const ended = await athanor(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it.each([
    ['athanor', [], ['db']],
    ['athanor db', ['db'], ['init', 'migrate', 'revision', 'upgrade', 'downgrade', 'current', 'history', 'create-all', 'drop-all']],
    ['athanor db migrate', ['db', 'migrate'], ['-m, --message <text>']],
    ['athanor db upgrade', ['db', 'upgrade'], ['$ athanor db upgrade +1']],
    ['athanor db downgrade', ['db', 'downgrade'], ['$ athanor db downgrade base']],
  ])('%s --help tells its commands, examples, and the options that every command has', async (_name, args, told) => {
    const ended = await athanor(...args, '--help');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    for (const word of [...told, '--config <file>', '--debug', '-h, --help', '$ athanor db ']) expect(ended.stdout).toContain(word);
  });

  it('tells the version of the package', async () => {
    expect(await athanor('--version')).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });
});
