'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useMemo, useState } from 'react';
import type { LiveValue } from '#server/history/live-values.ts';
import { useTRPC } from '../../_client/trpc.ts';

/** Newest values of these tags, as they come. */
export function useLiveTags(ids: readonly number[]): { values: ReadonlyMap<number, LiveValue>; status: string } {
  const trpc = useTRPC();
  const [values, setValues] = useState<ReadonlyMap<number, LiveValue>>(new Map());
  const key = [...ids].sort((a, b) => a - b).join(',');
  const input = useMemo(() => ({ ids: key ? key.split(',').map(Number) : [] }), [key]);
  const { status } = useSubscription(
    trpc.history.live.subscriptionOptions(input, {
      enabled: input.ids.length > 0,
      onData: (message) => {
        if (message.values.length === 0) return;
        setValues((before) => {
          const after = new Map(before);
          for (const value of message.values) after.set(value.id, value);
          return after;
        });
      },
    }),
  );
  return { values, status };
}
