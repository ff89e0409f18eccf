import { afterTest } from './databases.ts';

/**
 * Hears what Athanor warns of until the test ends, and gives what tells it: each warning since the last call, as its code and
 * its words. Node's own warnings, such as that of its SQLite, are left out.
 */
export function hearWarnings(): () => Promise<string[]> {
  const heard: string[] = [];
  const hear = ({ name, code, message }: Error & { code?: string }): void => {
    if (name === 'AthanorWarning') heard.push(`${code}: ${message}`);
  };
  // Node tells warnings a tick later.
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  process.on('warning', hear);
  afterTest(async () => {
    await tick();
    process.off('warning', hear);
  });
  return async () => {
    await tick();
    return heard.splice(0);
  };
}
