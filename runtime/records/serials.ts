import type { Applied, RecordData } from './kind.ts';

/**
 * Keys of the GS1 General Specifications that carry a serial number, and how long their fixed part is: section 2.1.1 (SGTIN), 2.2.1 (SSCC), 2.3.1
 * (GRAI), 2.3.2 (GIAI) of release 24. Check digits are the block's to append (`blocks/trace/serial`).
 */
export const SERIAL_KEYS = {
  sgtin: { en: 'GTIN with serial number (SGTIN)', zh: 'GTIN 加序列号（SGTIN）' },
  sscc: { en: 'Logistic unit (SSCC)', zh: '物流单元（SSCC）' },
  grai: { en: 'Returnable asset (GRAI)', zh: '可回收资产（GRAI）' },
  giai: { en: 'Individual asset (GIAI)', zh: '单个资产（GIAI）' },
} as const;

/** A lease at once; a printer that wants more asks again. */
const MOST = 100_000;

/** The numbers that a pool can give: an SSCC has 17 digits before its check digit, the others' serials are text of up to 20, 16 and 30 less prefix. */
export function largestSerial(key: string, prefix: string): number {
  const places = { sgtin: 20, sscc: 17 - prefix.length, grai: 16, giai: 30 - prefix.length }[key] ?? 0;
  return places <= 0 ? -1 : Math.min(10 ** Math.min(places, 15) - 1, Number.MAX_SAFE_INTEGER);
}

export function serialFault(data: RecordData, report: (path: readonly string[], en: string, zh: string) => void): void {
  const { key, prefix, next, last } = data as { key: string; prefix: string; next: number; last: number };
  const fixed = FIXED[key];
  if (fixed && !fixed.lengths.includes(prefix.length)) report(['prefix'], fixed.en, fixed.zh);
  else if (key === 'sgtin' && !hasCheckDigit(prefix))
    report(['prefix'], 'The check digit of the GTIN is wrong.', 'GTIN 校验位错误。');
  const most = largestSerial(key, prefix);
  if (last > most) report(['last'], `At most ${most} fits behind this fixed part.`, `该固定部分之后的序号最大为 ${most}。`);
  // a pool that has given its last number stands one behind it
  if (next > last + 1) report(['next'], 'It is behind the last number.', '已超出最大序号。');
}
const FIXED: Readonly<Record<string, { readonly lengths: readonly number[]; readonly en: string; readonly zh: string }>> = {
  sgtin: {
    lengths: [14],
    en: 'Write the GTIN with all its 14 digits, the check digit included.',
    zh: '请填写含校验位的 14 位 GTIN。',
  },
  sscc: {
    lengths: [8, 9, 10, 11, 12, 13],
    en: 'Write the extension digit and the GS1 company prefix: 8 to 13 digits.',
    zh: '请填写扩展位和 GS1 厂商识别代码，共 8 至 13 位。',
  },
  grai: {
    lengths: [12],
    en: 'Write company prefix and asset type: 12 digits, without the check digit.',
    zh: '请填写厂商识别代码和资产类型，共 12 位，不含校验位。',
  },
  giai: {
    lengths: [7, 8, 9, 10, 11, 12],
    en: 'Write the GS1 company prefix: 7 to 12 digits.',
    zh: '请填写 GS1 厂商识别代码，7 至 12 位。',
  },
};

/** GS1 General Specifications, 7.9: weights 3 and 1 from the right, up to the next ten. */
export function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return /^\d+$/.test(digits) && sum % 10 === 0;
}

/** The next `count` numbers go to the one who asks; nobody gets them again. */
export function leaseSerials(data: RecordData, given: RecordData): Applied {
  const { next, last } = data as { next: number; last: number };
  const count = given.count ?? 1;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MOST)
    return { where: 'count', what: { en: `Ask for 1 to ${MOST} numbers.`, zh: `每次可领用 1 至 ${MOST} 个。` } };
  const left = last - next + 1;
  if (count > left)
    return { where: 'count', what: { en: `${left} numbers are left in the pool.`, zh: `号池仅剩 ${left} 个序号。` } };
  return { data: { ...data, next: next + count, leased: [{ from: next, to: next + count - 1 }] } };
}
