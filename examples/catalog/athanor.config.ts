import { databaseUrl } from './src/config.ts';
import { db } from './src/db.ts';
import './src/models/product.ts'; // brings every other model with it

db.configure({ url: databaseUrl() });

export default { db };
