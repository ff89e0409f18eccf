import { Database } from 'athanor';

/** The catalog's database; `configure` gives it its URL when the program starts. */
export const db = new Database();
