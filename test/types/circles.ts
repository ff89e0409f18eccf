// Models in a circle that spread a mixin or have a function of constraints: TypeScript reads the getters of such a shape at
// once, so the relations name their targets by an arrow.
import { belongsTo, hasMany, index, t, unique } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

const timestamps = { createdAt: t.dateTime().default(() => new Date()), updatedAt: t.dateTime().nullable() };

export class Customer extends db.Model(
  'customers',
  {
    ...timestamps,
    id: t.integer().primaryKey(),
    name: t.string(80),
    get orders() {
      return hasMany(() => Order, { orderBy: () => Order.c.createdAt.desc() });
    },
  },
  { constraints: (c) => [unique(c.name, c.createdAt)] },
) {}

export class Order extends db.Model(
  'orders',
  {
    ...timestamps,
    id: t.integer().primaryKey(),
    total: t.numeric(10, 2),
    customerId: t.integer().references('customers.id'),
    parentId: t.integer().nullable().references('orders.id'),
    get customer() {
      return belongsTo(() => Customer);
    },
    get parent() {
      return belongsTo(() => Order, { nullable: true });
    },
  },
  { constraints: (c) => [index(c.customerId, c.createdAt)] },
) {
  get rounded() {
    return this.total.round();
  }
}

const order = new Order({ total: 5, customer: new Customer({ name: 'x' }) });
const customer = await order.customer;
assertType<Equal<typeof customer, Customer>>();
const orders = await customer.orders;
assertType<Equal<typeof orders, readonly Order[]>>();
orders[0]?.rounded;
export const loaded = await Order.query()
  .with({ customer: { with: { orders: true } }, parent: true })
  .all();
for (const one of loaded) {
  for (const other of one.customer.orders) other.rounded;
  one.parent?.total;
  // @ts-expect-error not loaded
  one.parent?.customer.name;
}
// @ts-expect-error a customer is no order
new Customer({ name: 'x', orders: [customer] });
// @ts-expect-error no such relation
Order.query().with({ customer: { with: { nope: true } } });
