import type { AlarmReport, ReplayReport } from './report.ts';

/** What a candidate does otherwise than the running version, over the same window. */
export interface ReplayDifference {
  /** The version that ran at that time on the asset, where it is known. */
  readonly against?: {
    readonly version: string;
    readonly graphHash: string;
    /** It is the graph of a file, with its name as the version; nothing of it runs. */
    readonly file?: true;
  };
  readonly outputs: readonly {
    readonly name: string;
    readonly state: 'same' | 'changed' | 'added' | 'removed';
    readonly rows: readonly [before: number, after: number];
    /** Greatest difference of a reduced point, in the column's unit, and when. */
    readonly columns: readonly { readonly column: string; readonly key: string; readonly most: number; readonly at: number }[];
  }[];
  readonly alarms: { readonly added: readonly AlarmReport[]; readonly removed: readonly AlarmReport[] };
  readonly effects: Readonly<Record<string, readonly [before: number, after: number]>>;
}

export function differenceOf(before: ReplayReport, after: ReplayReport): ReplayDifference {
  const names = [...new Set([...before.outputs, ...after.outputs].map((output) => output.name))];
  const kinds = [...new Set([...Object.keys(before.effects.byKind), ...Object.keys(after.effects.byKind)])];
  return {
    outputs: names.map((name) => {
      const [was, is] = [before, after].map((report) => report.outputs.find((output) => output.name === name));
      const columns: { column: string; key: string; most: number; at: number }[] = [];
      for (const now of is?.series ?? []) {
        const then = was?.series.find((one) => one.key === now.key && one.column === now.column);
        const most = then ? greatestGap(then.points, now.points) : undefined;
        if (most && most.most > 0) columns.push({ column: now.column, key: now.key, ...most });
      }
      const rows = [was?.rows ?? 0, is?.rows ?? 0] as const;
      const state = !was ? 'added' : !is ? 'removed' : columns.length > 0 || rows[0] !== rows[1] ? 'changed' : 'same';
      return { name, state, rows, columns };
    }),
    alarms: { added: only(after.alarms.list, before.alarms.list), removed: only(before.alarms.list, after.alarms.list) },
    effects: Object.fromEntries(kinds.map((kind) => [kind, [before.effects.byKind[kind] ?? 0, after.effects.byKind[kind] ?? 0]])),
  };
}

const only = (of: readonly AlarmReport[], than: readonly AlarmReport[]): AlarmReport[] =>
  of.filter((one) => !than.some((other) => other.node === one.node && other.key === one.key && other.from === one.from));

type Points = ReplayReport['outputs'][number]['series'][number]['points'];

/**
 * Both are reduced over the same window in the same way, so equal times are equal stretches. Several rows may have one time (a block that
 * fires on each of its inputs): they are compared in their order.
 */
function greatestGap(before: Points, after: Points): { most: number; at: number } | undefined {
  const then = new Map(occurrences(before).map((name, index) => [name, before.last[index]]));
  let most = 0;
  let when = 0;
  occurrences(after).forEach((name, index) => {
    const was = then.get(name);
    const now = after.last[index];
    if (typeof was !== 'number' || typeof now !== 'number' || Math.abs(now - was) <= most) return;
    most = Math.abs(now - was);
    when = after.time[index] ?? 0;
  });
  return { most, at: when };
}

function occurrences({ time }: Points): string[] {
  let nth = 0;
  return time.map((at, index) => {
    nth = at === time[index - 1] ? nth + 1 : 0;
    return `${at} ${nth}`;
  });
}
