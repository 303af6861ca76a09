import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { type Place, parsePlace } from '../payload/path.ts';

export interface Address extends Place {
  /** Below the connection's own address: `/orders`. */
  readonly path: string;
}

export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const [path = '', fields = '', ...more] = text.trim().split('#');
  const place = parsePlace(fields);
  if (more.length === 0 && place && /^\/[^\s\\?#>]*$/.test(path) && path.length <= 1024)
    return { ok: true, address: { path, ...place } };
  return {
    ok: false,
    code: 'address.form',
    message: {
      en: `“${text}” is not a webhook address. Write /path#field@time, for example /orders#data.quantity@ts.`,
      zh: `“${text}”不是 Webhook 地址。应写成 /路径#字段@时间，例如 /orders#data.quantity@ts。`,
    },
  };
}

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  return parsed.ok ? { ok: true } : parsed;
}
