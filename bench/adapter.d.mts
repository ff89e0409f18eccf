/** The library as the peers' harness calls it: one method for each workload. */
export default function athanor(): Record<string, unknown>;
