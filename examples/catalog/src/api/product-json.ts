import type { Loaded } from 'athanor';
import type { Product } from '../models/product.ts';

/** What the lists load with each product. */
export const listedRelations = { category: true, images: true, tags: true } as const;

/** A product as the JSON routes show it. */
export function productJson(product: Loaded<Product, typeof listedRelations>) {
  const { category } = product;
  return {
    id: product.id,
    name: product.name,
    slug: product.slug,
    description: product.description,
    price: product.price.toNumber(),
    stock: product.stock,
    in_stock: product.inStock,
    category: category && { id: category.id, name: category.name, slug: category.slug },
    tags: product.tags.map((tag) => tag.name),
    image: product.primaryImage?.imagePath ?? null,
    created_at: product.createdAt,
    updated_at: product.updatedAt,
  };
}
