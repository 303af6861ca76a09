export interface Ranked {
  readonly category: string[];
  readonly weight: number[];
  readonly share: number[];
  readonly cumulative: number[];
  readonly vital: boolean[];
}

/**
 * Sums the weights of equal categories, ranks them from heavy to light (ties: as they came) and gives shares in percent.
 * The vital few are the heaviest categories that together first reach `cut` percent. Throws on a negative weight or one that is no number.
 */
export function rank(categories: readonly string[], weights: ArrayLike<number>, cut: number): Ranked {
  const sums = new Map<string, number>();
  let total = 0;
  for (let i = 0; i < categories.length; i++) {
    const category = categories[i] as string;
    const weight = weights[i] as number;
    if (!(weight >= 0)) throw new RangeError(`the weight of '${category}' is ${weight}: weights are numbers from 0 on`);
    sums.set(category, (sums.get(category) ?? 0) + weight);
    total += weight;
  }
  const order = [...sums].sort((a, b) => b[1] - a[1]);
  const ranked: Ranked = { category: [], weight: [], share: [], cumulative: [], vital: [] };
  let before = 0;
  for (const [category, weight] of order) {
    ranked.category.push(category);
    ranked.weight.push(weight);
    ranked.share.push(total > 0 ? (100 * weight) / total : 0);
    ranked.vital.push(total > 0 && weight > 0 && (100 * before) / total < cut);
    before += weight;
    ranked.cumulative.push(total > 0 ? (100 * before) / total : 0);
  }
  return ranked;
}
