import type { AddressCheck } from '#blocks/sdk/connector.ts';
import { parseAddress, type Address as Register } from '../modbus-tcp/address.ts';

/** A register of the server: value = raw · gain + offset. */
export interface Address extends Register {
  readonly gain: number;
  readonly offset: number;
}

/** As a client of Modbus writes it, with a scale behind it where it has one: `1/holding/10:int16 * 0.1 + -50`. */
export function parsePoint(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const [, register = '', gain = '1', offset = '0'] =
    /^(\S+)(?:\s*\*\s*([\d.eE+-]+))?(?:\s*\+\s*(-?[\d.eE+-]+))?$/.exec(text.trim()) ?? [];
  const parsed = parseAddress(register === '' ? text : register);
  if (!parsed.ok) return parsed;
  const scale = { gain: Number(gain), offset: Number(offset) };
  const { unit } = parsed.address;
  if (!Number.isFinite(scale.gain) || scale.gain === 0 || !Number.isFinite(scale.offset))
    return {
      ok: false,
      code: 'address.scale',
      message: {
        en: `The scale of “${text}” is no number. Write register * gain + offset, for example 1/holding/10:int16 * 0.1.`,
        zh: `“${text}”的比例不是数字。应写成 寄存器 * 比例 + 偏移，例如 1/holding/10:int16 * 0.1。`,
      },
    };
  if (unit < 1 || unit > 247)
    return {
      ok: false,
      code: 'address.unit',
      message: { en: `“${text}”: a server's units are 1 to 247.`, zh: `“${text}”：服务器站号为 1 到 247。` },
    };
  return { ok: true, address: { ...parsed.address, ...scale } };
}
