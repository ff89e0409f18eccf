/** Whether what is said for the dialect `named` is meant for this one: MariaDB takes what is said for MySQL. */
export function isMeantFor(dialect: string, named: string): boolean {
  return named === dialect || (named === 'mysql' && dialect === 'mariadb');
}

/** What a record by the names of dialects has for this one; undefined where it has nothing. */
export function chosenFor<T>(choices: Readonly<Record<string, T>>, dialect: string): T | undefined {
  return choices[dialect] ?? (dialect === 'mariadb' ? choices.mysql : undefined);
}
