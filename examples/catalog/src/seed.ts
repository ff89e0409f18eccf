import { hashPassword } from './auth/password.ts';
import type { Role } from './auth/roles.ts';
import { db } from './db.ts';
import { Category } from './models/category.ts';
import { Product } from './models/product.ts';
import { Review } from './models/review.ts';
import { Tag } from './models/tag.ts';
import { User } from './models/user.ts';
import { sampleCategories } from './sample/sample-products.ts';
import { sampleReviewers, sampleReviews } from './sample/sample-reviews.ts';

const day = 24 * 60 * 60 * 1000;

/** The sample accounts, one of each role. */
export const sampleAccounts: readonly { readonly username: string; readonly role: Role }[] = [
  { username: 'admin', role: 'admin' },
  { username: 'manager', role: 'manager' },
  { username: 'customer', role: 'customer' },
];

/**
 * Fills what is empty, in one transaction: a shop without products gets the sample ones, a database without users the sample
 * accounts (with no password they can't sign in), and where both were missing there are reviews too. Returns whether it
 * added products.
 */
export function seedIfEmpty(password: string | null): Promise<boolean> {
  return db.context(async () => {
    const needsProducts = !(await Product.query().exists()) && !(await Category.query().exists());
    const needsUsers = !(await User.query().exists());
    const products = needsProducts ? makeProducts() : new Map<string, Product>();
    const users = needsUsers ? makeUsers(password === null ? null : await hashPassword(password)) : new Map<string, User>();
    if (needsProducts && needsUsers) addReviews(products, users);
    db.session.addAll([...users.values(), ...products.values()]);
    await db.session.commit();
    return needsProducts;
  });
}

function addReviews(products: ReadonlyMap<string, Product>, users: ReadonlyMap<string, User>): void {
  for (const { product, by, rating, words, age, waiting } of sampleReviews) {
    const createdAt = new Date(Date.now() - age * day);
    products.get(product)!.reviews.add(new Review({ rating, content: words, approved: !waiting, createdAt, user: users.get(by)! }));
  }
}

function makeProducts(): Map<string, Product> {
  const tags = new Map<string, Tag>();
  const tagOf = (name: string) => tags.get(name) ?? tags.set(name, new Tag({ name })).get(name)!;
  const products = new Map<string, Product>();
  for (const { products: samples, ...values } of sampleCategories) {
    const category = new Category(values);
    for (const { age, tags: tagNames, ...sample } of samples) {
      const createdAt = new Date(Date.now() - age * day);
      products.set(sample.name, new Product({ ...sample, createdAt, category, tags: tagNames.map(tagOf) }));
    }
  }
  return products;
}

function makeUsers(passwordHash: string | null): Map<string, User> {
  const reviewers = sampleReviewers.map((username) => ({ username, role: 'customer' as const, passwordHash: null }));
  const accounts = sampleAccounts.map((account) => ({ ...account, passwordHash }));
  return new Map([...accounts, ...reviewers].map((user) => [user.username, new User({ ...user, email: `${user.username}@example.com` })]));
}
