import { belongsTo, Database, hasMany, type NotLoaded, t } from 'athanor';
import { assertType, type Equal } from './equal.ts';

const db = new Database({ url: 'sqlite://' });
const users = await db.reflectTable('users', { columns: { settings: t.json<{ theme: string }>().nullable() } });
class User extends db.Model(users, {
  get posts() {
    return hasMany(Post);
  },
}) {}
class Post extends db.Model(await db.reflectTable('posts'), {
  get author() {
    return belongsTo(User, { nullable: true });
  },
}) {
  get heading() {
    return `# ${String(this.title)}`;
  }
}

const user = new User({ settings: { theme: 'dark' }, full_name: 'A', posts: [new Post({ title: 'T' })] });
// @ts-expect-error what was said by hand has its type
new User({ settings: 5 });
assertType<Equal<typeof user.settings, { theme: string } | null>>();
assertType<Equal<typeof user.full_name, unknown>>();
user.full_name = 'B';
for (const post of await user.posts) {
  post.heading.length;
  const author: User | null | NotLoaded<User | null> = post.author;
  assertType<Equal<typeof author extends never ? 1 : 0, 0>>();
}
const { full_name: fullName } = User.c;
const { title } = Post.c;
if (fullName === undefined || title === undefined) throw new Error('Attributes nobody has said may not be there.');
const [found] = await User.query()
  .with({ posts: true })
  .filter(User.c.settings.isNotNull(), fullName.eq('A'), User.c.posts.any(title.isNotNull()))
  .all();
found?.posts.map((post) => post.title);
// @ts-expect-error there is no such relation
User.query().with({ friends: true });

// A table made by hand keeps what it knows.
const tags = db.Table('tags', { id: t.integer().primaryKey(), name: t.string(20) });
class Tag extends db.Model(tags) {}
const { name } = new Tag({ name: 'x' });
assertType<Equal<typeof name, string>>();
// @ts-expect-error there is no such column
new Tag({ nam: 'x' });
