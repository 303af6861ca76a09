import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundRequest } from '#blocks/sdk/connector.ts';

/** Compared in a time that tells nothing about where they differ. */
export function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return expected.length > 0 && timingSafeEqual(digest(given), digest(expected));
}

/** The token of a request: `Authorization: Bearer …` or `Token …`, Basic's password, or `?token=`; '' when there is none. */
export function tokenOf({ headers, query }: Pick<InboundRequest, 'headers' | 'query'>): string {
  const [, scheme = '', rest = ''] = /^(\w+)\s+(.+?)\s*$/.exec(headers.authorization ?? '') ?? [];
  if (/^(bearer|token)$/i.test(scheme)) return rest;
  if (/^basic$/i.test(scheme)) return Buffer.from(rest, 'base64').toString('utf8').split(':').slice(1).join(':');
  return query.get('token') ?? query.get('p') ?? '';
}

/** `sha256=<hex>` or `<hex>` over the very bytes of the body (as GitHub, Shopify and others sign). */
export function signedBy(secret: string, body: Buffer, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = signature.replace(/^sha256=/, '');
  return same(given.toLowerCase(), expected.toString('hex')) || same(given, expected.toString('base64'));
}
