import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type NewUser, stamp } from './data.ts';

type Row = unknown[];
type Cells = (string | number | null)[];

const USER = 'u.id, u.username, u.email, u.active, u.created_at, u.age';
const POST = 'p.id, p.title, p.body, p.published, p.created_at, p.user_id';
const date = (text: unknown): Date => new Date(`${String(text).replace(' ', 'T')}Z`);
const marks = (count: number, mark = '?'): string => Array(count).fill(mark).join(',');

interface RawUser {
  id: number;
  username: string;
  email: string;
  active: boolean;
  createdAt: Date;
  age: number;
  posts: RawPost[];
}
interface RawPost {
  id: number;
  title: string;
  body: string;
  published: boolean;
  createdAt: Date;
  userId: number;
  tags: { id: number; name: string }[];
}

function user(row: Row): RawUser {
  const [id, username, email, active, created, age] = row as [number, string, string, number, string, number];
  return { id, username, email, active: active === 1, createdAt: date(created), age, posts: [] };
}
function post(row: Row): RawPost {
  const [id, title, body, published, created, userId] = row as [number, string, string, number, string, number];
  return { id, title, body, published: published === 1, createdAt: date(created), userId, tags: [] };
}

/** The best that one writes by hand with node:sqlite: prepared statements, rows as arrays, one statement for many rows. */
export function rawSqlite(file: string): Record<string, (...args: never[]) => unknown> {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  const cache = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = cache.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statement.setReturnArrays(true);
      cache.set(sql, statement);
    }
    return statement;
  };
  const rows = (sql: string, ...cells: Cells): Row[] => prepared(sql).all(...cells) as unknown as Row[];
  const row = (sql: string, ...cells: Cells): Row => prepared(sql).get(...cells) as unknown as Row;
  const run = (sql: string, ...cells: Cells): void => {
    prepared(sql).run(...cells);
  };
  const transaction = <T>(work: () => T): T => {
    run('BEGIN IMMEDIATE');
    try {
      const value = work();
      run('COMMIT');
      return value;
    } catch (error) {
      run('ROLLBACK');
      throw error;
    }
  };
  const usersTo = (count: number): RawUser[] => rows(`SELECT ${USER} FROM users u WHERE u.id <= ? ORDER BY u.id`, count).map(user);
  const withPosts = (count: number): RawUser[] => {
    const users = usersTo(count);
    const byId = new Map(users.map((u) => [u.id, u]));
    for (const r of rows(`SELECT ${POST} FROM posts p WHERE p.user_id IN (${marks(users.length)})`, ...byId.keys()))
      byId.get(r[5] as number)?.posts.push(post(r));
    return users;
  };
  return {
    close: () => db.close(),
    w1: (id: number) => user(row(`SELECT ${USER} FROM users u WHERE u.id = ?`, id)),
    w2: () => usersTo(1000),
    w3(page: number) {
      const where = 'FROM users u WHERE u.active = 1 AND u.age >= ?';
      const found = rows(`SELECT ${USER} ${where} ORDER BY u.created_at DESC, u.id DESC LIMIT 20 OFFSET ?`, 30, page * 20);
      return { rows: found.map(user), total: row(`SELECT count(*) ${where}`, 30)[0] };
    },
    w4: () => withPosts(100),
    w5() {
      const users = withPosts(50);
      const posts = new Map(users.flatMap((u) => u.posts.map((p) => [p.id, p] as const)));
      const tags = new Map<number, { id: number; name: string }>();
      const links = rows(
        `SELECT x.post_id, t.id, t.name FROM post_tags x JOIN tags t ON t.id = x.tag_id WHERE x.post_id IN (${marks(posts.size)})`,
        ...posts.keys(),
      );
      for (const [postId, id, name] of links as [number, number, string][]) {
        let tag = tags.get(id);
        if (tag === undefined) {
          tag = { id, name };
          tags.set(id, tag);
        }
        posts.get(postId)?.tags.push(tag);
      }
      return users;
    },
    w6: (users: NewUser[]) =>
      transaction(() => {
        const cells = users.flatMap((u) => [u.username, u.email, u.active ? 1 : 0, stamp(u.createdAt), u.age]);
        const ids = rows(
          `INSERT INTO users (username, email, active, created_at, age) VALUES ${marks(users.length, '(?,?,?,?,?)')} RETURNING id`,
          ...cells,
        );
        return users.map((u, i) => ({ id: ids[i][0], ...u }));
      }),
    w7load: () => usersTo(1000),
    w7(users: RawUser[], ages: number[]) {
      users.forEach((u, i) => {
        u.age = ages[i];
      });
      transaction(() => {
        for (const u of users) run('UPDATE users SET age = ? WHERE id = ?', u.age, u.id);
      });
    },
    w8load: () => rows(`SELECT ${USER} FROM users u WHERE u.username LIKE 'w8\\_%' ESCAPE '\\' ORDER BY u.id`).map(user),
    w8: (users: RawUser[]) => transaction(() => run(`DELETE FROM users WHERE id IN (${marks(users.length)})`, ...users.map((u) => u.id))),
    w9: (from: number, to: number, amount: number) =>
      transaction(() => {
        const get = 'SELECT id, owner, credits FROM accounts WHERE id = ?';
        const payer = row(get, from) as [number, string, number];
        const payee = row(get, to) as [number, string, number];
        if (payer[2] < amount) throw new Error('insufficient credits');
        run('UPDATE accounts SET credits = ? WHERE id = ?', payer[2] - amount, from);
        run('UPDATE accounts SET credits = ? WHERE id = ?', payee[2] + amount, to);
      }),
    w10load: () => ({
      posts: rows(`SELECT ${POST} FROM posts p WHERE p.id <= 200 ORDER BY p.id`).map(post),
      tags: rows('SELECT id, name FROM tags WHERE id > 45').map(([id, name]) => ({ id, name })),
    }),
    w10: ({ posts, tags }: { posts: RawPost[]; tags: { id: number }[] }) =>
      transaction(() => {
        const cells = posts.flatMap((p) => tags.flatMap((t) => [p.id, t.id]));
        run(`INSERT INTO post_tags (post_id, tag_id) VALUES ${marks(cells.length / 2, '(?,?)')}`, ...cells);
      }),
  };
}
