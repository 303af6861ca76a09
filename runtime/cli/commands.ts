import { openProduct, type Product } from './product.ts';

export const collect = (value: string, before: string[]) => [...before, value];

/** Prints the report as one JSON object, or as `words` says it to a person. */
export const show = <T>(report: T, json: boolean, words: (report: T) => string): void =>
  console.log(json ? JSON.stringify(report) : words(report));

/** Runs with the product's database and lets go of it, whatever happens. */
export async function withProduct<T>(fn: (product: Product) => Promise<T>): Promise<T> {
  const product = await openProduct();
  try {
    return await fn(product);
  } finally {
    await product.close();
  }
}
