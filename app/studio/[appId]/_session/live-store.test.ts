import { describe, expect, it } from 'vitest';
import { LiveStore } from './live-store.ts';

const at = (time: number, key: string, v: number) => ({ time, key, values: { value: { v, q: 0 } } });
const keys = (store: LiveStore) => store.get('tag', 'out')?.records.map((record) => `${record.key}@${record.time}`);

describe('one value of a deployed source has one row', () => {
  it('the tag is shown until the instance speaks, then the instance alone', () => {
    const store = new LiveStore();
    store.pushTag('tag', at(1_000, '', 7), 'simulated', 0);
    expect(keys(store)).toEqual(['@1000']);
    store.pushWire('tag', 'out', at(1_000, 'AIR-01', 7), 1, 500);
    store.pushTag('tag', at(2_000, '', 8), 'simulated', 1_000);
    store.pushWire('tag', 'out', at(2_000, 'AIR-01', 8), 2, 1_500);
    expect(keys(store)).toEqual(['AIR-01@1000', 'AIR-01@2000']);
  });

  it('a stopped instance leaves the place to the tag again', () => {
    const store = new LiveStore();
    store.pushWire('tag', 'out', at(1_000, 'AIR-01', 7), 1, 0);
    store.pushTag('tag', at(9_000, '', 8), 'simulated', 8_000);
    expect(keys(store)).toEqual(['AIR-01@1000']);
    store.pushTag('tag', at(20_000, '', 9), 'simulated', 20_000);
    expect(store.get('tag', 'out')?.last.values.value?.v).toBe(9);
  });
});
