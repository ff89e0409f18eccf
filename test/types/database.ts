import { Database } from 'athanor';

export const db = new Database({ url: 'sqlite://' });
