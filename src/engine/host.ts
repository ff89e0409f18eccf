import type { Dialect } from '../dialects/base/dialect.ts';
import type { Driver } from '../dialects/base/driver.ts';
import type { PlanCache } from './plan.ts';
import type { Pool } from './pool.ts';
import type { PoolEvents } from './pool-events.ts';
import type { StatementListener } from './statement-event.ts';
import type { StatementLimits } from './statement-limits.ts';
import type { WriteLock } from './write-lock.ts';

/** What a connection needs of its engine. */
export interface EngineHost {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly plans: PlanCache;
  readonly pool: Pool;
  readonly listeners: Set<StatementListener>;
  readonly events: PoolEvents;
  /** What limits the statements of connections that say nothing of their own. */
  readonly limits: StatementLimits | null;
  /** Null where several transactions may write at once. */
  readonly writeLock: WriteLock | null;
  /** Seconds to wait for a lock that another transaction holds, where the engine does the waiting. */
  readonly lockTimeout: number;
}
