import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

export const AREAS = ['coil', 'discrete', 'input', 'holding'] as const;
export type Area = (typeof AREAS)[number];
/** Registers that each type takes; a text says itself how many: `text10`. */
export const WIDTH = {
  bool: 1,
  int16: 1,
  uint16: 1,
  bcd16: 1,
  int32: 2,
  uint32: 2,
  bcd32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
} as const;
export type RegisterType = keyof typeof WIDTH | 'text';
/** More characters are no nameplate; a request holds 125 registers. */
const LONGEST_TEXT = 120;
/** How the bytes A B C D of a value stand in its registers: `abcd` is the standard's big-endian order, `cdab` swaps words. */
export const ORDERS = ['abcd', 'cdab', 'badc', 'dcba'] as const;
export type Order = (typeof ORDERS)[number];

export interface Address {
  readonly unit: number;
  readonly area: Area;
  /** As on the wire: from 0. What manuals call 40001 is holding register 0. */
  readonly register: number;
  readonly type: RegisterType;
  readonly order: Order;
  /** Registers that the value takes. */
  readonly width: number;
  /** One bit of a register, 0 the lowest. */
  readonly bit?: number;
}

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });

/** `unit/area/register[.bit][:type[:order]]`. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const match = /^(\d+)\/([a-z]+)\/(\d+)(?:\.(\d+))?(?::([a-z0-9]+))?(?::([a-z]+))?$/.exec(text.trim());
  if (!match) {
    return wrong(
      'address.form',
      `“${text}” is not a Modbus address. Write unit/area/register:type, for example 3/holding/100:float32.`,
      `“${text}”不是 Modbus 地址。应写成 站号/区域/寄存器:类型，例如 3/holding/100:float32。`,
    );
  }
  const [, unitText = '', area = '', registerText = '', bitText, typeText, orderText] = match;
  const unit = Number(unitText);
  const register = Number(registerText);
  if (unit > 255) {
    return wrong(
      'address.unit',
      `Unit ${unitText} in “${text}” is outside 0 to 255.`,
      `“${text}”中的站号 ${unitText} 超出 0 到 255。`,
    );
  }
  if (!AREAS.includes(area as Area)) {
    return wrong(
      'address.area',
      `Area “${area}” in “${text}” is unknown. Use coil, discrete, input or holding.`,
      `“${text}”中的区域“${area}”未知。可用 coil、discrete、input、holding。`,
    );
  }
  const bits = area === 'coil' || area === 'discrete';
  const [, textWidth] = /^text(\d+)$/.exec(typeText ?? '') ?? [];
  const type = textWidth ? 'text' : (typeText ?? (bits || bitText !== undefined ? 'bool' : 'uint16'));
  const bit = bitText === undefined ? undefined : Number(bitText);
  if (bit !== undefined && (bits || bit > 15 || type !== 'bool')) {
    return wrong(
      'address.bit',
      `“${text}”: a bit is 0 to 15 of an input or holding register, for example 1/holding/5.3.`,
      `“${text}”：位号为输入或保持寄存器的 0 到 15，例如 1/holding/5.3。`,
    );
  }
  const known = type === 'text' ? Number(textWidth) >= 1 && Number(textWidth) <= LONGEST_TEXT : Object.hasOwn(WIDTH, type);
  if (!known || (bits || bit !== undefined) !== (type === 'bool')) {
    return wrong(
      'address.type',
      bits
        ? `“${text}”: ${area} holds single bits; leave the type out or write bool.`
        : `“${text}”: type “${typeText}” is unknown. Use int16, uint16, int32, uint32, int64, uint64, float32, float64, bcd16, bcd32, or text with its registers (text10, at most ${LONGEST_TEXT}).`,
      bits
        ? `“${text}”：${area} 为单个位，请省略类型或写 bool。`
        : `“${text}”：类型“${typeText}”未知。可用 int16、uint16、int32、uint32、int64、uint64、float32、float64、bcd16、bcd32，或带寄存器数的 text（如 text10，最多 ${LONGEST_TEXT}）。`,
    );
  }
  const order = orderText ?? 'abcd';
  if (!ORDERS.includes(order as Order)) {
    return wrong(
      'address.order',
      `“${text}”: byte order “${order}” is unknown. Use abcd, cdab, badc or dcba.`,
      `“${text}”：字节顺序“${order}”未知。可用 abcd、cdab、badc、dcba。`,
    );
  }
  const width = type === 'text' ? Number(textWidth) : WIDTH[type as keyof typeof WIDTH];
  if (register + width > 65_536) {
    return wrong(
      'address.register',
      `“${text}” ends beyond register 65535; numbers count from 0 (40001 in a manual is holding/0).`,
      `“${text}”超过寄存器 65535；编号从 0 开始（手册中的 40001 即 holding/0）。`,
    );
  }
  return {
    ok: true,
    address: {
      unit,
      area: area as Area,
      register,
      type: type as RegisterType,
      order: order as Order,
      width,
      ...(bit === undefined ? {} : { bit }),
    },
  };
}

export function checkAddress(text: string, type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  const { type: held } = parsed.address;
  if (type === 'wave' || (type === 'text') !== (held === 'text')) {
    return wrong(
      'address.tag-type',
      `“${text}” cannot feed a tag of type ${type}. ${held === 'text' ? 'Make the tag a text.' : 'Make the tag a number, integer or boolean, or the address a text10.'}`,
      `“${text}”不能用于 ${type} 类型的变量。${held === 'text' ? '请将变量改为文本。' : '请将变量改为数值、整数或布尔，或把地址类型写成 text10。'}`,
    );
  }
  return { ok: true };
}
