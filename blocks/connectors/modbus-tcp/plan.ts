import type { TagRequest } from '#blocks/sdk/connector.ts';
import type { Address } from './address.ts';

export interface PlannedTag {
  readonly tag: TagRequest;
  readonly address: Address;
}
/** One request to one unit: a run of registers or bits that covers its tags. */
export interface ReadGroup {
  readonly unit: number;
  readonly area: Address['area'];
  readonly start: number;
  readonly count: number;
  readonly periodMs: number;
  readonly tags: readonly PlannedTag[];
}

/** Reading a few unused registers is cheaper than another request; many devices refuse wide holes, so keep them short. */
const MAX_HOLE = { coil: 64, discrete: 64, input: 8, holding: 8 } as const;
/** Limits of the Modbus Application Protocol, V1.1b3, 6.1 to 6.4. */
const MAX_COUNT = { coil: 2000, discrete: 2000, input: 125, holding: 125 } as const;

/** Requests for the tags, adjacent registers of one unit, area and period together. */
export function planReads(tags: readonly PlannedTag[]): ReadGroup[] {
  const sets = Map.groupBy(tags, ({ address, tag }) => `${address.unit}/${address.area}/${tag.samplePeriodMs}`);
  const groups: ReadGroup[] = [];
  for (const set of sets.values()) {
    const sorted = set.toSorted((a, b) => a.address.register - b.address.register);
    let run: PlannedTag[] = [];
    let end = 0;
    const close = () => {
      const first = run[0];
      if (!first) return;
      const { unit, area, register } = first.address;
      groups.push({ unit, area, start: register, count: end - register, periodMs: first.tag.samplePeriodMs, tags: run });
    };
    for (const planned of sorted) {
      const { area, register, width } = planned.address;
      const stop = register + width;
      const start = run[0]?.address.register;
      if (start !== undefined && (register - end > MAX_HOLE[area] || Math.max(stop, end) - start > MAX_COUNT[area])) {
        close();
        run = [];
        end = 0;
      }
      run.push(planned);
      end = Math.max(end, stop);
    }
    close();
  }
  return groups;
}
