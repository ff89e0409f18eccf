import { DatabaseSync } from 'node:sqlite';

/** A new user, as a program has it before it is stored. */
export interface NewUser {
  username: string;
  email: string;
  active: boolean;
  createdAt: Date;
  age: number;
}

const BASE = Date.UTC(2024, 0, 1);
export const USERS = 2000;
const POSTS_EACH = 10;
const TAGS = 50;
export const ACCOUNTS = 100;

export function stamp(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

export function newUsers(prefix: string, count: number, round: number): NewUser[] {
  return Array.from({ length: count }, (_, i) => ({
    username: `${prefix}_${round}_${i}`,
    email: `${prefix}_${round}_${i}@example.com`,
    active: i % 2 === 0,
    createdAt: new Date(BASE + i * 60_000),
    age: 20 + ((i + round) % 50),
  }));
}

/** Fills a database file with 2,000 users, 20,000 posts, 50 tags, 60,000 links and 100 accounts. */
export function seed(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(80) NOT NULL UNIQUE, email VARCHAR(120) NOT NULL UNIQUE,
      active BOOLEAN NOT NULL, created_at DATETIME NOT NULL, age INTEGER NOT NULL);
    CREATE INDEX users_created ON users (created_at);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, title VARCHAR(200) NOT NULL, body TEXT NOT NULL, published BOOLEAN NOT NULL,
      created_at DATETIME NOT NULL, user_id INTEGER NOT NULL REFERENCES users (id));
    CREATE INDEX posts_user ON posts (user_id);
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE);
    CREATE TABLE post_tags (post_id INTEGER NOT NULL REFERENCES posts (id), tag_id INTEGER NOT NULL REFERENCES tags (id), PRIMARY KEY (post_id, tag_id));
    CREATE INDEX post_tags_tag ON post_tags (tag_id);
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner VARCHAR(80) NOT NULL, credits INTEGER NOT NULL);
    BEGIN`);
  const user = db.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)');
  for (let i = 1; i <= USERS; i++) {
    const created = stamp(new Date(BASE + ((i * 7919) % USERS) * 3_600_000));
    user.run(i, `user${i}`, `user${i}@example.com`, (i * 7919) % 10 < 6 ? 1 : 0, created, 18 + ((i * 31) % 60));
  }
  const tag = db.prepare('INSERT INTO tags VALUES (?, ?)');
  for (let i = 1; i <= TAGS; i++) tag.run(i, `tag${i}`);
  const post = db.prepare('INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)');
  const link = db.prepare('INSERT INTO post_tags VALUES (?, ?)');
  for (let i = 1; i <= USERS * POSTS_EACH; i++) {
    post.run(
      i,
      `Post number ${i}`,
      `Body of post ${i}. `.repeat(10),
      i % 3 === 0 ? 0 : 1,
      stamp(new Date(BASE + i * 60_000)),
      Math.ceil(i / POSTS_EACH),
    );
    for (const k of [0, 1, 2]) link.run(i, 1 + ((i * 7 + k * 11) % (TAGS - 5)));
  }
  const account = db.prepare('INSERT INTO accounts VALUES (?, ?, ?)');
  for (let i = 1; i <= ACCOUNTS; i++) account.run(i, `owner${i}`, 1_000_000);
  db.exec('COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}
