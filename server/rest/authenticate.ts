import type { Scope } from '../access.ts';
import { auth } from '../auth.ts';
import { withTenant } from '../db.ts';
import { SCOPE_RESOURCE } from '../keys/create-key.ts';
import type { KeyContext } from './endpoint.ts';
import { restFailed } from './errors.ts';

/** The organization behind `Authorization: Bearer <key>`, if the key may do this. */
export async function authenticate(headers: Headers, scope: Scope): Promise<KeyContext> {
  const key = /^Bearer\s+(\S+)\s*$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (!key) throw restFailed('api.key-missing');
  const found = await auth().api.verifyApiKey({ body: { key } });
  if (!found.valid || !found.key) throw restFailed('api.key-refused');
  const { id, referenceId: orgId, permissions } = found.key;
  if (!permissions?.[SCOPE_RESOURCE]?.includes(scope)) throw restFailed('api.scope-missing', { scope });
  return { orgId, keyId: id, tenant: (fn) => withTenant(orgId, fn) };
}
