import { afterAll } from 'vitest';
import { launch, PROGRAMS, type ProgramName } from '../../scripts/server-programs.mjs';

export type OwnServer = Awaited<ReturnType<typeof launch>>;

/** The programs that a run must have, by `TEST_PROGRAMS`; without it tests use those that are installed. */
const required = process.env.TEST_PROGRAMS?.split(',');

/** Whether tests can start a server of their own by this program. Throws where the run has to have it and it is not installed. */
export function canStart(name: ProgramName): boolean {
  const installed = PROGRAMS[name].installed();
  if (!installed && required?.includes(name)) throw new Error(`TEST_PROGRAMS names ${name}, which is not installed.`);
  return installed && (required === undefined || required.includes(name));
}

const started: OwnServer[] = [];
afterAll(async () => {
  for (const server of started.splice(0)) await server.remove();
});

/** Starts a server that goes away with the test file. */
export async function ownServer(name: ProgramName, settings: Readonly<Record<string, string | number>> = {}): Promise<OwnServer> {
  const server = await launch(name, settings, 'ignore');
  started.push(server);
  return server;
}
