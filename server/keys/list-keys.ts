import { desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { apikey } from '#drizzle/schema/index.ts';
import { SCOPES } from '../access.ts';
import { SCOPE_RESOURCE } from './create-key.ts';

const permissions = z.record(z.string(), z.array(z.string()));

/** Scopes out of the sign-in library's own text. */
export function scopesOf(text: string | null): string[] {
  const found = permissions.safeParse(JSON.parse(text ?? '{}'));
  return (found.success ? (found.data[SCOPE_RESOURCE] ?? []) : []).filter((scope) =>
    (SCOPES as readonly string[]).includes(scope),
  );
}

export async function listKeys(tx: Tx, orgId: string) {
  const rows = await tx
    .select({
      id: apikey.id,
      name: apikey.name,
      start: apikey.start,
      permissions: apikey.permissions,
      lastUsed: apikey.lastRequest,
      expiresAt: apikey.expiresAt,
      createdAt: apikey.createdAt,
    })
    .from(apikey)
    .where(eq(apikey.referenceId, orgId))
    .orderBy(desc(apikey.createdAt));
  return rows.map(({ permissions: text, ...row }) => ({ ...row, scopes: scopesOf(text) }));
}
