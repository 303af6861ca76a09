/** Links between lots: so much of `from` went into `to`. Columns side by side, with the rows of each lot by its id. */
export interface Links {
  from: readonly string[];
  to: readonly string[];
  /** NaN: not known. */
  quantity: ArrayLike<number>;
  time: ArrayLike<number>;
  /** Rows in which a lot is given, and received. */
  out: Record<string, number[]>;
  in: Record<string, number[]>;
  quality: number;
}
export const none: Links = { from: [], to: [], quantity: [], time: [], out: {}, in: {}, quality: 0x89 };

/** The prefix keeps ids apart from names that objects have. */
const keyed = (id: string): string => `#${id}`;

export function index(
  from: readonly string[],
  to: readonly string[],
  quantity: ArrayLike<number> | undefined,
  time: ArrayLike<number> | undefined,
  rework: readonly boolean[] | undefined,
  withRework: boolean,
  quality: number,
): Links {
  const links: Links = { from, to, quantity: Array.from(quantity ?? []), time: Array.from(time ?? []), out: {}, in: {}, quality };
  for (let i = 0; i < from.length; i++) {
    if (!withRework && rework?.[i]) continue;
    const a = keyed(from[i] ?? '');
    const b = keyed(to[i] ?? '');
    links.out[a] = [...(links.out[a] ?? []), i];
    links.in[b] = [...(links.in[b] ?? []), i];
  }
  return links;
}

export interface Found {
  readonly id: string[];
  readonly direction: string[];
  readonly depth: number[];
  /** The lot by which it was reached first. */
  readonly via: string[];
  /** Sums of all its links; what was received and not given is stock, loss or sale. NaN where a quantity is not known. */
  readonly received: number[];
  readonly given: number[];
  readonly balance: number[];
}
export interface Options {
  readonly directions: readonly ('forward' | 'backward')[];
  readonly depth: number;
  /** Forward only through later links, backward only through earlier ones. */
  readonly inTime: boolean;
  readonly most: number;
}

/** Breadth first, so that depth is the least number of links; loops by rework end where a lot was met before at no worse a time. */
export function closure(links: Links, id: string, options: Options): { readonly found: Found; readonly clipped: boolean } {
  const found: Found = { id: [], direction: [], depth: [], via: [], received: [], given: [], balance: [] };
  let clipped = false;
  const put = (lot: string, direction: string, depth: number, via: string) => {
    const received = total(links, links.in[keyed(lot)]);
    const given = total(links, links.out[keyed(lot)]);
    found.id.push(lot);
    found.direction.push(direction);
    found.depth.push(depth);
    found.via.push(via);
    found.received.push(received);
    found.given.push(given);
    found.balance.push(received - given);
  };
  put(id, 'self', 0, '');
  for (const direction of options.directions) {
    const forward = direction === 'forward';
    const start = forward ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const bound = new Map([[id, start]]);
    const listed = new Set([id]);
    let level = [id];
    for (let depth = 1; level.length > 0; depth++) {
      const next = new Set<string>();
      for (const lot of level) {
        const since = bound.get(lot) as number;
        for (const i of (forward ? links.out : links.in)[keyed(lot)] ?? []) {
          const time = links.time[i] ?? Number.NaN;
          const known = options.inTime && !Number.isNaN(time);
          if (known && (forward ? time < since : time > since)) continue;
          const other = (forward ? links.to : links.from)[i] ?? '';
          const reached = known ? time : since;
          const before = bound.get(other);
          // met again by an earlier (backward: a later) way: more may follow from it
          if (before !== undefined && !(forward ? reached < before : reached > before)) continue;
          if (depth > options.depth || (!listed.has(other) && found.id.length >= options.most)) {
            clipped = true;
            continue;
          }
          bound.set(other, reached);
          if (!listed.has(other)) put(other, direction, depth, lot);
          listed.add(other);
          next.add(other);
        }
      }
      level = [...next];
    }
  }
  return { found, clipped };
}

function total(links: Links, rows: readonly number[] | undefined): number {
  let sum = 0;
  for (const i of rows ?? []) sum += links.quantity[i] ?? Number.NaN;
  return sum;
}
