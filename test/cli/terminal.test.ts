import { describe, expect, it } from 'vitest';
import { makeTerminal, type Output } from '../../src/cli/terminal.ts';

const output = (isTTY: boolean): Output & { text: string } => ({
  isTTY,
  text: '',
  write(text: string) {
    this.text += text;
  },
});

describe('colours', () => {
  it.each([
    ['on a terminal', true, {}, true],
    ['not into a file', false, { FORCE_COLOR: '1', CI: '1' }, false],
    ['never with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('%s', (_what, isTTY, env, colored) => {
    const terminal = makeTerminal(output(isTTY), output(!isTTY), env);
    expect(terminal.out.red('x') !== 'x').toBe(colored);
    expect(makeTerminal(output(!isTTY), output(isTTY), env).err.red('x') !== 'x').toBe(colored);
  });

  it('go to the output that the text goes to', () => {
    const [out, err] = [output(false), output(false)];
    const terminal = makeTerminal(out, err, {});
    terminal.print('asked for');
    terminal.complain('went wrong');
    expect([out.text, err.text]).toEqual(['asked for\n', 'went wrong\n']);
  });
});
