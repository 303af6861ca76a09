import type { EffectRequest } from '#runtime/step/contract.ts';
import type { ComputePool } from './pool.ts';
import { isComputeKind, type ModelStore } from './requests.ts';

/** Computes for a run that performs nothing else: a backtest, a shadow, a proof, `mw run`. The program is told what it would be told live. */
export const computing =
  (pool: Pick<ComputePool, 'compute'>, orgId: string, models?: ModelStore) =>
  async ({
    kind,
    request,
  }: Pick<EffectRequest, 'kind' | 'request'>): Promise<{ ok: boolean; value?: unknown; reason?: string; unknown?: boolean }> => {
    if (!isComputeKind(kind)) return { ok: false, reason: 'unknown', unknown: true };
    const answer = await pool.compute(orgId, kind, request, models);
    return answer.ok ? answer : { ok: false, reason: answer.code };
  };

/** Models that lie in files, by the hash of their bytes. Nobody else's are among them. */
export async function modelsIn(files: Iterable<Uint8Array>): Promise<ModelStore> {
  const byHash = new Map<string, Uint8Array>();
  for (const bytes of files) {
    const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
    byHash.set(Buffer.from(digest).toString('hex'), bytes);
  }
  return { has: async (_orgId, hash) => byHash.has(hash), read: async (_orgId, hash) => byHash.get(hash) };
}
