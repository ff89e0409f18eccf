import type { Decimal } from 'decimal.js';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A price as the shop writes it: `$1,250.00`. */
export function formatPrice(price: Decimal): string {
  return dollars.format(price.toNumber());
}
