import type { AddressCheck } from '#blocks/sdk/connector.ts';

/** A metric of the edge node itself, or of a device of it. */
export interface Address {
  readonly device?: string;
  readonly metric: string;
}

/** `device#metric`, or `metric` alone for one of the edge node. Metric names may hold slashes, device ids may not. */
export function parsePoint(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const at = text.indexOf('#');
  const device = at < 0 ? undefined : text.slice(0, at).trim();
  const metric = text.slice(at + 1).trim();
  const own = metric === 'bdSeq' || /^(Node|Device) Control\//.test(metric);
  if (metric === '' || own || device === '' || /[+/\0]/.test(device ?? ''))
    return {
      ok: false,
      code: 'address.form',
      message: {
        en: `“${text}” is no metric. Write device#metric or metric, for example Press 3#Motor/Speed. Names of the protocol (bdSeq, Node Control/…) are its own.`,
        zh: `“${text}”不是度量。应写成 设备#度量 或 度量，例如 Press 3#Motor/Speed；协议自用名称（bdSeq、Node Control/…）不可使用。`,
      },
    };
  return { ok: true, address: { metric, ...(device === undefined ? {} : { device }) } };
}
