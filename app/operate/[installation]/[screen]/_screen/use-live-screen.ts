'use client';
import { useMutation } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LiveValue } from '#server/history/live-values.ts';
import type { ScreenMessage, ScreenState, ScreenValue } from '#server/operate/live-screen.ts';
import { useTRPC } from '../../../../_client/trpc.ts';

/** Without a message for this long the picture is old: the server sends one every two seconds even when nothing moves. */
const LOST_MS = 5_000;

export interface Live {
  /** Newest value of a bind (`pressure.value`), of this record key or, where the app has another, of any. */
  value(bind: string, key?: string): ScreenValue | undefined;
  /** All record keys of a bind. */
  rows(bind: string): readonly ScreenValue[];
  tag(id: number): LiveValue | undefined;
  readonly state: ScreenState | undefined;
  /** The server's clock minus this device's, ms. */
  readonly clockAhead: number;
  readonly connection: 'connecting' | 'live' | 'lost';
  /** Called with every message as it comes, before anything is drawn. */
  listen(listener: (values: readonly ScreenValue[]) => void): () => void;
}

/** After the frame in which React draws what it was just given; never on a page that nobody sees. */
const whenDrawn = (then: () => void) => requestAnimationFrame(() => requestAnimationFrame(then));

export function useLiveScreen(instanceId: string | undefined, outputs: readonly string[], tagIds: readonly number[]): Live {
  const trpc = useTRPC();
  const [values, setValues] = useState<ReadonlyMap<string, ReadonlyMap<string, ScreenValue>>>(new Map());
  const [tags, setTags] = useState<ReadonlyMap<number, LiveValue>>(new Map());
  const [state, setState] = useState<ScreenState>();
  const [clockAhead, setClockAhead] = useState<number>();
  const [connection, setConnection] = useState<Live['connection']>('connecting');
  const lastAt = useRef(0);
  const listeners = useRef(new Set<(values: readonly ScreenValue[]) => void>());

  const ahead = useRef(0);
  const { mutate: tellDrawn } = useMutation(trpc.trace.drawn.mutationOptions());

  const onData = useCallback(
    (message: ScreenMessage) => {
      lastAt.current = performance.now();
      setConnection('live');
      // The message that was least late says it best; a jump is a clock that was set.
      const late = message.now - Date.now();
      setClockAhead((before) => {
        ahead.current = before === undefined || late > before || late < before - 60_000 ? late : before;
        return ahead.current;
      });
      if (message.state) setState(message.state);
      const { traces } = message;
      if (traces) whenDrawn(() => tellDrawn({ steps: [...traces], at: Date.now() + ahead.current }));
      if (message.values.length) {
        setValues((before) => {
          const after = new Map(before);
          for (const value of message.values) after.set(value.bind, new Map(after.get(value.bind)).set(value.key, value));
          return after;
        });
        for (const listener of listeners.current) listener(message.values);
      }
      if (message.tags.length)
        setTags((before) => {
          const after = new Map(before);
          for (const tag of message.tags) after.set(tag.id, tag);
          return after;
        });
    },
    [tellDrawn],
  );

  useSubscription(
    trpc.operate.live.subscriptionOptions(
      { instanceId: instanceId ?? '', outputs: [...outputs], tagIds: [...tagIds] },
      { enabled: instanceId !== undefined, onData },
    ),
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (lastAt.current && performance.now() - lastAt.current > LOST_MS) setConnection('lost');
    }, 500);
    return () => clearInterval(timer);
  }, []);

  const listen = useCallback((listener: (values: readonly ScreenValue[]) => void) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);

  return useMemo(
    () => ({
      value(bind, key) {
        const byKey = values.get(bind);
        return (key === undefined ? undefined : byKey?.get(key)) ?? byKey?.values().next().value;
      },
      rows: (bind) => [...(values.get(bind)?.values() ?? [])],
      tag: (id) => tags.get(id),
      state,
      clockAhead: clockAhead ?? 0,
      connection,
      listen,
    }),
    [values, tags, state, clockAhead, connection, listen],
  );
}
