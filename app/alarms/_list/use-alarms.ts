'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import type { AlarmNews } from '#server/alarms/live-alarms.ts';
import { useTRPC } from '../../_client/trpc.ts';

/** Where the newest alarm list is kept: one stream a page feeds the banner, the bell and the list. */
const KEY = ['alarms', 'newest'];

/** Opens the stream; for the banner alone, which stands on every page. */
export function useAlarmStream(enabled: boolean) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useSubscription(
    trpc.alarms.live.subscriptionOptions(undefined, {
      enabled,
      onData: (news) => queries.setQueryData<AlarmNews>(KEY, news),
    }),
  );
}

/** The newest list; undefined before the first message. */
export function useAlarms(): AlarmNews | undefined {
  return useQuery<AlarmNews>({ queryKey: KEY, enabled: false, queryFn: () => Promise.reject(new Error('comes by stream')) }).data;
}
