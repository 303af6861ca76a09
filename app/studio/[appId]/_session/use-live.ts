'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useMemo } from 'react';
import { useTRPC } from '../../../_client/trpc.ts';
import type { Binding } from '../_dialogs/binding-form.tsx';
import { useSession, useStudio } from './use-session.tsx';

/** Live values on the wires: of a draft's sources from the bound tags, of a running instance from all of its wires. */
export function useLive(binding: Binding | undefined, instanceId: string | undefined): void {
  const trpc = useTRPC();
  const session = useSession();
  const sources = useStudio((state) => state.history.now.nodes);
  const byTag = useMemo(() => {
    const map = new Map<number, string[]>();
    for (const node of sources) {
      const role = node.block === 'millwright/source.tag' && typeof node.params.role === 'string' ? node.params.role : undefined;
      const tagId = role === undefined ? undefined : binding?.roles[role]?.tagId;
      if (tagId !== undefined) map.set(tagId, [...(map.get(tagId) ?? []), node.id]);
    }
    return map;
  }, [sources, binding]);
  const tagKey = [...byTag.keys()].sort((a, b) => a - b).join();
  const tagIds = useMemo(() => tagKey.split(',').filter(Boolean).map(Number), [tagKey]);
  useSubscription(
    trpc.apps.live.subscriptionOptions(
      { tagIds, ...(instanceId ? { instanceId } : {}) },
      {
        enabled: tagIds.length > 0 || instanceId !== undefined,
        onData: ({ data }) => {
          for (const tag of data.tags)
            for (const node of byTag.get(tag.tagId) ?? [])
              session.live.pushTag(
                node,
                { time: tag.time, key: '', values: { value: { v: tag.value ?? wave(tag.other), q: tag.quality } } },
                tag.origin,
              );
          for (const { node, port, key, time, count, values } of data.wires)
            session.live.pushWire(node, port, { time, key, values }, count);
        },
      },
    ),
  );
}

/** A wave is kept as JSON of its reference; text is text. */
function wave(other: string | null): unknown {
  if (other === null || !other.startsWith('{')) return other;
  try {
    return JSON.parse(other);
  } catch {
    return other; // A text value that merely begins like JSON.
  }
}
