import { createHash } from 'node:crypto';
import { canonicalJson } from '#drizzle/audit.ts';
import type { RecordSignature } from '#drizzle/schema/record.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { RecordData } from './kind.ts';

/** Who signs: a person whose password was asked for in this very request. */
export interface Signer {
  readonly name: string;
}
export interface Signed {
  readonly orgId: string;
  readonly kind: string;
  readonly code: string;
  readonly version: number;
  readonly transition: string;
  readonly state: string;
  readonly data: RecordData;
}

/** Ties name, moment and meaning to one version (21 CFR 11.50 and 11.70): taken off and put elsewhere it does not fit. */
export function sign(what: Signed, by: string, { name }: Signer, meaning: Bilingual, at: Date): RecordSignature {
  const said = { by, name, meaning: { ...meaning }, at: at.toISOString() };
  return { ...said, hash: hashOf(what, said) };
}

/** Is it the signature of exactly this version? */
export const isSigned = (what: Signed, { hash, ...said }: RecordSignature): boolean => hash === hashOf(what, said);

const hashOf = ({ orgId, kind, code, version, transition, state, data }: Signed, said: Omit<RecordSignature, 'hash'>): string =>
  createHash('sha256')
    // as it will be read back: what JSON cannot say is gone before it is hashed
    .update(canonicalJson(JSON.parse(JSON.stringify({ orgId, kind, code, version, transition, state, data, ...said }))))
    .digest('hex');
