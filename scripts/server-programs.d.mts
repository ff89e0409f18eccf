export type ProgramName = 'postgresql' | 'mariadb' | 'mysql' | 'pgbouncer';
export const PROGRAMS: Readonly<Record<ProgramName, { readonly packages: readonly string[]; installed(): boolean }>>;
export function answers(url: string): Promise<boolean>;
export function launch(
  name: ProgramName,
  settings?: Readonly<Record<string, string | number>>,
  output?: 'inherit' | 'ignore',
): Promise<{
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  remove(): Promise<void>;
}>;
