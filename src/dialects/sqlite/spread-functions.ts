import type { SqliteAggregate, SqliteFunctions } from './aggregate.ts';

/** How many values there were, their mean, and the sum of the squares of their distances from it. */
interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

const NONE: Spread = { count: 0, mean: 0, squares: 0 };

/** Welford's way: with each value the mean moves, and nothing great is subtracted from something great. */
function withValue({ count, mean, squares }: Spread, value: number): Spread {
  const moved = mean + (value - mean) / (count + 1);
  return { count: count + 1, mean: moved, squares: squares + (value - mean) * (value - moved) };
}

function withoutValue({ count, mean, squares }: Spread, value: number): Spread {
  if (count <= 1) return NONE;
  const moved = mean - (value - mean) / (count - 1);
  return { count: count - 1, mean: moved, squares: Math.max(squares - (value - mean) * (value - moved), 0) };
}

function spread(least: number, result: (spread: Spread) => number): SqliteAggregate<Spread> {
  return {
    start: () => NONE,
    step: (gathered, value) => (value === null ? gathered : withValue(gathered, Number(value))),
    inverse: (gathered, value) => (value === null ? gathered : withoutValue(gathered, Number(value))),
    result: (gathered) => (gathered.count < least ? null : result(gathered)),
  };
}

const population = ({ count, squares }: Spread): number => squares / count;
const sample = ({ count, squares }: Spread): number => squares / (count - 1);

const AGGREGATES: Readonly<Record<string, SqliteAggregate<Spread>>> = {
  var_pop: spread(1, population),
  var_samp: spread(2, sample),
  variance: spread(2, sample),
  stddev_pop: spread(1, (gathered) => Math.sqrt(population(gathered))),
  stddev_samp: spread(2, (gathered) => Math.sqrt(sample(gathered))),
  stddev: spread(2, (gathered) => Math.sqrt(sample(gathered))),
};

/** Gives a connection the aggregates of how far values lie apart, which SQLite does not have. */
export function defineSpreads(functions: SqliteFunctions): void {
  for (const [name, aggregate] of Object.entries(AGGREGATES)) functions.aggregate(name, aggregate);
}
