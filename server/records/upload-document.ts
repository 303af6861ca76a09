import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { recordCode, transitionOf } from '#runtime/records/kinds.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { env } from '../env.ts';
import type { OrgContext } from '../trpc.ts';
import { refused } from './errors.ts';
import { requireRight } from './rights.ts';

/** A file of 4 MB as base64. */
const MOST_TEXT = 5_600_000;

export const uploadDocumentInput = z.object({
  code: recordCode,
  /** The end of the name says what it is. */
  name: z.string().trim().min(1).max(300),
  media: z.string().max(150).default('application/octet-stream'),
  base64: z.base64().min(1).max(MOST_TEXT),
  /** Of a document that is there, the version that gets a new file. */
  version: z.int().min(1).optional(),
  why: z.string().max(500).optional(),
});
type Person = OrgContext & { readonly tenant: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T> };

/** A file as a document, or as the new file of one: kept by its content, named by a version, and told to the apps that take such events. */
export async function uploadDocument(ctx: Person, input: z.output<typeof uploadDocumentInput>) {
  const { code, name, media, base64, version, why } = input;
  const transition = version === undefined ? 'create' : 'change';
  const right = transitionOf('document', transition);
  if (right) requireRight(ctx.roles, right);
  const bytes = Buffer.from(base64, 'base64');
  const blobs = openBlobStore(env().MILLWRIGHT_DATA);
  return ctx.tenant(async (tx) => {
    const hash = await blobs.put(tx, ctx.orgId, bytes, media);
    const result = await writeRecord(
      tx,
      ctx.orgId,
      {
        kind: 'document',
        code,
        transition,
        data: { name, media, hash, size: bytes.length },
        ...(version === undefined ? {} : { version }),
        ...(why === undefined ? {} : { why }),
      },
      { by: `user:${ctx.user.id}` },
    );
    if (!result.ok) throw refused(result);
    return { ...result.record, hash };
  });
}
