import { buildApp } from './app.ts';
import { ConfigError, developmentPassword, loadConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { db } from './db.ts';
import { sampleAccounts, seedIfEmpty } from './seed.ts';

/** How long requests in flight may take after a signal to stop, in milliseconds. */
const patience = 10_000;

async function start(): Promise<void> {
  const config = loadConfig();
  await openDatabase(config.databaseUrl);
  if (config.sampleData && (await seedIfEmpty(config.samplePassword))) {
    console.log('The database was empty: it has sample products now.');
  }
  const app = await buildApp({ config, logger: { level: config.production ? 'info' : 'warn' } });

  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    console.log(`${signal}: answering what is in flight, then closing.`);
    setTimeout(() => {
      console.error('Some requests took too long; closing without them.');
      process.exit(1);
    }, patience).unref();
    await app.close();
    await db.dispose();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, (received) => void stop(received));

  const address = await app.listen({ host: config.host, port: config.port });
  console.log(`The catalog is at ${address}`);
  if (config.sampleData && config.samplePassword === developmentPassword) {
    const names = sampleAccounts.map((account) => account.username).join(', ');
    console.log(`Sign in as ${names} with the password "${developmentPassword}".`);
  }
}

start().catch(async (error: Error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  await db.dispose().catch(() => {});
  process.exitCode = 1;
});
