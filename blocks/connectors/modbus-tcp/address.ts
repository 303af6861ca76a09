import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

export const AREAS = ['coil', 'discrete', 'input', 'holding'] as const;
export type Area = (typeof AREAS)[number];
/** Registers that each type takes. */
export const WIDTH = { bool: 1, int16: 1, uint16: 1, int32: 2, uint32: 2, float32: 2, float64: 4 } as const;
export type RegisterType = keyof typeof WIDTH;
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
}

const wrong = (code: string, en: string, zh: string) => ({ ok: false as const, code, message: { en, zh } });

/** `unit/area/register[:type[:order]]`. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const match = /^(\d+)\/([a-z]+)\/(\d+)(?::([a-z0-9]+))?(?::([a-z]+))?$/.exec(text.trim());
  if (!match) {
    return wrong(
      'address.form',
      `“${text}” is not a Modbus address. Write unit/area/register:type, for example 3/holding/100:float32.`,
      `“${text}”不是 Modbus 地址。应写成 站号/区域/寄存器:类型，例如 3/holding/100:float32。`,
    );
  }
  const [, unitText = '', area = '', registerText = '', typeText, orderText] = match;
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
  const type = typeText ?? (bits ? 'bool' : 'uint16');
  if (!Object.hasOwn(WIDTH, type) || bits !== (type === 'bool')) {
    return wrong(
      'address.type',
      bits
        ? `“${text}”: ${area} holds single bits; leave the type out or write bool.`
        : `“${text}”: type “${type}” is unknown. Use int16, uint16, int32, uint32, float32 or float64.`,
      bits
        ? `“${text}”：${area} 为单个位，请省略类型或写 bool。`
        : `“${text}”：类型“${type}”未知。可用 int16、uint16、int32、uint32、float32、float64。`,
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
  const width = WIDTH[type as RegisterType];
  if (register + width > 65_536) {
    return wrong(
      'address.register',
      `“${text}” ends beyond register 65535; numbers count from 0 (40001 in a manual is holding/0).`,
      `“${text}”超过寄存器 65535；编号从 0 开始（手册中的 40001 即 holding/0）。`,
    );
  }
  return { ok: true, address: { unit, area: area as Area, register, type: type as RegisterType, order: order as Order } };
}

export function checkAddress(text: string, type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  if (type === 'text' || type === 'wave') {
    return wrong(
      'address.tag-type',
      `A Modbus register cannot feed a tag of type ${type}. Make the tag a number, integer or boolean.`,
      `Modbus 寄存器不能用于 ${type} 类型的变量，请改为数值、整数或布尔。`,
    );
  }
  return { ok: true };
}
