import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { saveTag, saveTagInput } from '../plant/save-tag.ts';

export const addTagsInput = z.object({
  connectionId: z.uuid(),
  tags: z
    .array(saveTagInput.omit({ id: true, connectionId: true }))
    .min(1)
    .max(1000),
});

/** Tags found by browsing, all or none: a refused one names itself. */
export async function addTags(
  tx: Tx,
  actor: Actor,
  { connectionId, tags }: z.infer<typeof addTagsInput>,
): Promise<{ ids: number[] }> {
  const ids: number[] = [];
  for (const tag of tags) ids.push((await saveTag(tx, actor, { ...tag, connectionId })).id);
  return { ids };
}
