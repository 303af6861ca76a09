/** What a trend shows; the address says all of it, so that it can be sent to someone. */
export interface View {
  readonly ids: readonly number[];
  /** Follow the last so many ms … */
  readonly last?: number;
  /** … or a fixed window, epoch ms. */
  readonly from?: number;
  readonly to?: number;
}
export const MOST_SIGNALS = 12;
const HOUR = 3_600_000;

export function readView(query: URLSearchParams): View {
  const ids = (query.get('ids') ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0)
    .slice(0, MOST_SIGNALS);
  const from = Number(query.get('from'));
  const to = Number(query.get('to'));
  if (from > 0 && to > from) return { ids, from, to };
  const last = Number(query.get('last'));
  return { ids, last: last > 0 ? last : HOUR };
}

export function writeView(view: View): string {
  const query = new URLSearchParams();
  if (view.ids.length) query.set('ids', view.ids.join(','));
  if (view.from !== undefined && view.to !== undefined) {
    query.set('from', String(Math.round(view.from)));
    query.set('to', String(Math.round(view.to)));
  } else if (view.last !== undefined) query.set('last', String(view.last));
  return `?${query}`;
}

/** The window to read now. */
export function windowOf(view: View, now: number): { from: number; to: number } {
  if (view.from !== undefined && view.to !== undefined) return { from: view.from, to: view.to };
  return { from: now - (view.last ?? HOUR), to: now };
}
