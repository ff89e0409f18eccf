// Where random tests begin: at the same seed each time, so that a run judges the change and not the dice.
// ATHANOR_SEED=… begins at another; ATHANOR_SEED=random (which is `npm run fuzz`) at one that nobody chose.
const given = process.env.ATHANOR_SEED;

/** Whether one seed is asked for, to see a failure again. */
export const isOneSeed: boolean = given !== undefined && given !== 'random';

export const firstSeed: number = given === 'random' ? Math.floor(Math.random() * 1e9) : Number(given ?? 1);
