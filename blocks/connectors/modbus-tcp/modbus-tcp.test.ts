import { describe, expect, test } from 'vitest';
import { parseAddress, type RegisterType } from './address.ts';
import { type PlannedTag, planReads } from './plan.ts';
import { decode, encode } from './registers.ts';

const at = (text: string) => {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.message.en);
  return parsed.address;
};
const planned = (address: string, samplePeriodMs = 1000): PlannedTag => ({
  address: at(address),
  tag: { tagId: 1, address, type: 'number', samplePeriodMs, confirmMs: 1000 },
});
const plan = (...addresses: string[]) =>
  planReads(addresses.map((a) => planned(a))).map(({ unit, area, start, count }) => `${unit}/${area}/${start}+${count}`);

describe('requests', () => {
  test('adjacent registers together, small holes included, units and areas apart', () => {
    expect(plan('1/holding/0:float32', '1/holding/2', '1/holding/10', '2/holding/3', '1/input/3')).toEqual([
      '1/holding/0+11',
      '2/holding/3+1',
      '1/input/3+1',
    ]);
  });
  test('a hole of more than 8 registers is not read', () => {
    expect(plan('1/holding/0', '1/holding/9')).toEqual(['1/holding/0+10']);
    expect(plan('1/holding/0', '1/holding/10')).toEqual(['1/holding/0+1', '1/holding/10+1']);
  });
  test('125 registers are the most, and a value is never cut (Application Protocol V1.1b3, 6.3)', () => {
    const many = Array.from({ length: 63 }, (_, i) => `1/holding/${2 * i}:float32`);
    expect(plan(...many)).toEqual(['1/holding/0+124', '1/holding/124+2']);
  });
  test('overlapping tags are read once', () => {
    expect(plan('1/holding/0:float64', '1/holding/1')).toEqual(['1/holding/0+4']);
  });
});

describe('registers', () => {
  // IEEE 754 and two's complement by hand: 1.5 = 3FC00000; π as double = 400921FB54442D18
  test.each<[RegisterType, number, string]>([
    ['int16', -2, 'fffe'],
    ['uint16', 65_534, 'fffe'],
    ['int32', -2, 'fffffffe'],
    ['uint32', 4_294_967_294, 'fffffffe'],
    ['float32', 1.5, '3fc00000'],
    ['float64', Math.PI, '400921fb54442d18'],
    ['int64', -2, 'fffffffffffffffe'],
    ['uint64', 4_294_967_296, '0000000100000000'],
    ['bcd16', 1234, '1234'],
    ['bcd32', 90_001_234, '90001234'],
  ])('%s', (type, value, hex) => {
    const address = at(`1/holding/0:${type}`);
    expect(decode(address, Buffer.from(hex, 'hex'))).toBe(value);
    const words = encode(address, value) ?? [];
    expect(words.map((word) => word.toString(16).padStart(4, '0')).join('')).toBe(hex);
  });
  test('a digit above nine is no BCD, and texts end at NUL', () => {
    expect(decode(at('1/holding/0:bcd16'), Buffer.from('12a4', 'hex'))).toBeNaN();
    expect(decode(at('1/holding/0:text3'), Buffer.from('P7\0xyz', 'latin1'))).toBe('P7');
    expect(decode(at('1/holding/0:text2:badc'), Buffer.from('2143', 'latin1'))).toBe('1234');
    // 泵 in GB 18030 is B1 C3 (glibc's iconv)
    expect(decode(at('1/holding/0:text1'), Buffer.from('b1c3', 'hex'))).toBe('泵');
    expect(encode(at('1/holding/0:bcd16'), 10_000)).toBeUndefined();
    expect(encode(at('1/holding/0:uint64'), 2 ** 53)).toBeUndefined();
  });
  test.each(['1/coil/5.1', '1/holding/5.16', '1/holding/5.1:int16', '1/holding/5:text', '1/holding/5:text121'])(
    '%s is none',
    (text) => expect(parseAddress(text).ok).toBe(false),
  );
  test('what does not fit is not written', () => {
    expect(encode(at('1/holding/0:uint16'), -1)).toBeUndefined();
    expect(encode(at('1/holding/0:float32'), 1e39)).toBeUndefined();
    expect(encode(at('1/holding/0:int32'), Number.NaN)).toBeUndefined();
  });
});
