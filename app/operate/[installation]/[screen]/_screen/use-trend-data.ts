'use client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTRPC } from '../../../../_client/trpc.ts';
import { seriesOf, useScreen } from './screen-context.tsx';

export interface TrendData {
  readonly from: number;
  readonly to: number;
  readonly byBind: ReadonlyMap<
    string,
    {
      readonly x: readonly number[];
      readonly y: readonly (number | null)[];
      readonly unit: string | null;
      readonly quality: readonly (readonly [number, number])[];
    }
  >;
  readonly error: unknown;
}

/** The last `minutes` of some columns: from history once a minute, and every live value in between. Redrawn twice a second at most. */
export function useTrendData(binds: readonly string[], minutes: number, width: number): TrendData {
  const { facts, live, past } = useScreen();
  const trpc = useTRPC();
  const span = minutes * 60_000;
  const [minute, setMinute] = useState<number>();
  const [tick, setTick] = useState(0);
  const ahead = useRef(0);
  ahead.current = live.clockAhead;
  const added = useRef(new Map<string, [number, number | null, number][]>());
  useEffect(() => {
    const now = () => Date.now() + ahead.current;
    setMinute(now());
    const slow = setInterval(() => setMinute(now()), 60_000);
    const fast = setInterval(() => setTick((n) => n + 1), 500);
    return () => {
      clearInterval(slow);
      clearInterval(fast);
    };
  }, []);

  const ids = binds.map((bind) => seriesOf(facts, bind)?.id);
  const known = ids.filter((id): id is number => id !== undefined);
  const history = useQuery({
    ...trpc.history.trend.queryOptions({ ids: known, from: (minute ?? 0) - span, to: minute ?? 1, width }),
    enabled: known.length > 0 && minute !== undefined && !past,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });

  const key = facts.instance?.key;
  const wanted = binds.join('\n');
  useEffect(() => {
    const names = new Set(wanted.split('\n'));
    return live.listen((values) => {
      for (const v of values) {
        if (!names.has(v.bind) || (key !== undefined && v.key !== key)) continue;
        const list = added.current.get(v.bind) ?? [];
        list.push([v.time, v.value, v.quality]);
        // Two minutes reach beyond the next reading of history.
        while (list.length && (list[0]?.[0] ?? 0) < v.time - Math.min(span, 150_000)) list.shift();
        added.current.set(v.bind, list);
      }
    });
  }, [live.listen, wanted, key, span]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tick` is what says that time has passed
  return useMemo(() => {
    if (past)
      return {
        ...past.window,
        byBind: new Map(
          binds.flatMap((bind) => {
            const course = past.course(bind);
            return course ? [[bind, { ...course, quality: [] }] as const] : [];
          }),
        ),
        error: undefined,
      };
    const to = Date.now() + live.clockAhead;
    const from = to - span;
    const byBind: TrendData['byBind'] = new Map(
      binds.map((bind, i) => {
        const stored = history.data?.find((trend) => trend.id === ids[i]);
        const x = [...(stored?.x ?? [])];
        const y = [...(stored?.y ?? [])];
        const quality = [...(stored?.quality ?? [])];
        const last = x.at(-1) ?? Number.NEGATIVE_INFINITY;
        for (const [time, value, q] of added.current.get(bind) ?? [])
          if (time > last) {
            if (q !== 0) quality.push([x.length, q]);
            x.push(time);
            y.push(value);
          }
        return [bind, { x, y, quality, unit: stored?.unit ?? live.value(bind, key)?.unit ?? null }];
      }),
    );
    return { from, to, byBind, error: history.error };
  }, [past ? 0 : tick, past, history.data, history.error, wanted, span]);
}
