import picocolors from 'picocolors';

/** One of the process's two outputs. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where the commands write, in colours where the reader is a terminal that wants them. */
export interface Terminal {
  /** What was asked for. */
  print(text: string): void;
  /** What went wrong, or is worth a look. */
  complain(text: string): void;
  readonly out: Colors;
  readonly err: Colors;
}

/** A terminal over these outputs. Colours: on a terminal only, and never with NO_COLOR (no-color.org). */
export function makeTerminal(stdout: Output, stderr: Output, env: Readonly<Record<string, string | undefined>>): Terminal {
  const colors = (output: Output): Colors => picocolors.createColors(output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
  return {
    print: (text) => void stdout.write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    out: colors(stdout),
    err: colors(stderr),
  };
}
