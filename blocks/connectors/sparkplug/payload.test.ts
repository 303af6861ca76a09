import { describe, expect, it } from 'vitest';
import { decodePayload, encodePayload, TYPES } from './payload.ts';

describe('Sparkplug payload', () => {
  it('reads bytes written down by hand from the field numbers of the specification', () => {
    // timestamp(1)=1; metrics(2){ name(1)="a", datatype(4)=Int16, int_value(10)=0xfffffff6 }; seq(3)=5
    const metric = [0x0a, 1, 0x61, 0x20, 2, 0x50, 0xf6, 0xff, 0xff, 0xff, 0x0f];
    const bytes = Uint8Array.from([0x08, 1, 0x12, metric.length, ...metric, 0x18, 5]);
    expect(decodePayload(bytes)).toMatchObject({
      timestamp: 1,
      seq: 5,
      metrics: [{ name: 'a', datatype: TYPES.Int16, value: -10 }],
    });
  });

  it.each([
    ['Int8', -128],
    ['Int16', -32_768],
    ['Int32', -2_147_483_648],
    ['Int64', -5],
    ['UInt32', 4_294_967_295],
    ['UInt64', 9_007_199_254_740_991],
    ['Float', 0.5],
    ['Double', 0.1],
    ['Boolean', true],
    ['String', '压力'],
    ['DateTime', 1_700_000_000_000],
  ] as const)('%s keeps its value', (type, value) => {
    const bytes = encodePayload({ metrics: [{ name: 'x', datatype: TYPES[type], value }] });
    expect(decodePayload(bytes).metrics[0]?.value).toBe(value);
  });

  it('a metric that is null has no value, and properties travel', () => {
    const [metric] = decodePayload(
      encodePayload({ metrics: [{ name: 'x', datatype: TYPES.Double, properties: { engUnit: 'bar', engHigh: 10 } }] }),
    ).metrics;
    expect(metric?.value).toBeUndefined();
    expect(metric?.properties).toEqual({ engUnit: 'bar', engHigh: 10 });
  });

  it('refuses what is no payload', () => {
    expect(() => decodePayload(Uint8Array.of(0x12, 0xff))).toThrow();
  });
});
