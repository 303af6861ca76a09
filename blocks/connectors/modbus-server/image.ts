import { ConnectorError, type FollowedValue } from '#blocks/sdk/connector.ts';
import type { Area } from '../modbus-tcp/address.ts';
import { decode, encode } from '../modbus-tcp/registers.ts';
import type { Point } from '../published/points.ts';
import type { Address } from './address.ts';
import { EXCEPTION, ModbusException } from './pdu.ts';

type Published = Point<Address>;
/** A register, and the points in it: one, or several bits. */
interface Cell {
  readonly points: Published[];
  /** Which of the point's registers it is. */
  readonly index: number;
}
/** What is asked about a point's value. */
export interface Values {
  newest(name: string): FollowedValue | undefined;
}
/** A write that a request asks for. */
export interface Wish {
  readonly name: string;
  /** In the tag's unit. */
  readonly value: number;
}

const overlap = (a: Published, b: Published) =>
  new ConnectorError('address', 'published.overlap', {
    en: `${a.text} and ${b.text} share a register. Give each its own.`,
    zh: `${a.text} 与 ${b.text} 占用了同一寄存器，请分开。`,
  });

/** Which register holds what. Values are those of the moment of the question. */
export class RegisterImage {
  readonly #cells = new Map<string, Cell>();
  readonly #units: ReadonlySet<number>;
  readonly #values: Values;
  readonly #rules: { readonly bad: 'exception' | 'last'; readonly maxAgeMs: number };
  /** What was good last, by point. */
  readonly #good = new Map<string, FollowedValue>();

  /** Throws when two points share a register. */
  constructor(
    points: readonly Published[],
    values: Values,
    rules: { readonly bad: 'exception' | 'last'; readonly maxAgeMs: number },
  ) {
    this.#values = values;
    this.#rules = rules;
    this.#units = new Set(points.map(({ address }) => address.unit));
    for (const point of points) {
      const { unit, area, register, width, bit } = point.address;
      for (let index = 0; index < width; index++) {
        const key = `${unit}/${area}/${register + index}`;
        const known = this.#cells.get(key);
        const [first] = known?.points ?? [];
        if (!known) this.#cells.set(key, { points: [point], index });
        else if (bit !== undefined && first?.address.bit !== undefined && known.points.every((one) => one.address.bit !== bit))
          known.points.push(point);
        else if (first) throw overlap(first, point);
      }
    }
  }

  /** A value that was good is kept for those who rather see an old one than none. */
  changed(values: readonly FollowedValue[]): void {
    for (const value of values) if (value.quality < 0x80 && value.value !== undefined) this.#good.set(value.name, value);
  }

  hasUnit(unit: number): boolean {
    return this.#units.has(unit);
  }

  read(unit: number, area: Area, start: number, count: number): readonly number[] {
    const words: number[] = [];
    for (let i = 0; i < count; i++) {
      const cell = this.#cells.get(`${unit}/${area}/${start + i}`);
      if (!cell) throw new ModbusException(EXCEPTION.address);
      words.push(this.#word(cell));
    }
    return words;
  }

  #word({ points, index }: Cell): number {
    let word = 0;
    for (const point of points) {
      const { address } = point;
      const value = this.#usable(point.name);
      if (address.type === 'bool') {
        if (value !== 0 && value !== '0' && value !== '') word |= 1 << (address.bit ?? 0);
        continue;
      }
      const raw = typeof value === 'number' ? (value - address.offset) / address.gain : value;
      const own = encode(address, raw)?.[index];
      // a value that the register cannot hold is not shown as another one
      if (own === undefined) throw new ModbusException(EXCEPTION.failure);
      word = own;
    }
    return word;
  }

  #usable(name: string): number | string {
    const newest = this.#values.newest(name);
    const old = this.#rules.maxAgeMs > 0 && newest !== undefined && Date.now() - newest.time > this.#rules.maxAgeMs;
    const good = newest?.value !== undefined && newest.quality < 0x80 && !old;
    const shown = good ? newest : this.#rules.bad === 'last' ? this.#good.get(name) : undefined;
    if (shown?.value === undefined) throw new ModbusException(EXCEPTION.failure);
    return typeof shown.value === 'boolean' ? Number(shown.value) : shown.value;
  }

  /** The writes that these words ask for; whole points alone can be written. */
  wishes(unit: number, area: 'coil' | 'holding', start: number, words: readonly number[]): readonly Wish[] {
    const wishes: Wish[] = [];
    let at = 0;
    while (at < words.length) {
      const cell = this.#cells.get(`${unit}/${area}/${start + at}`);
      const [point, ...more] = cell?.points ?? [];
      if (!cell || !point || more.length > 0 || cell.index !== 0 || point.address.bit !== undefined)
        throw new ModbusException(EXCEPTION.address);
      const { address, name } = point;
      const own = words.slice(at, at + address.width);
      if (own.length < address.width || address.type === 'text') throw new ModbusException(EXCEPTION.address);
      const bytes = Buffer.alloc(2 * own.length);
      for (const [i, word] of own.entries()) bytes.writeUInt16BE(word, 2 * i);
      const raw = area === 'coil' ? own[0] : decode(address, bytes);
      if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new ModbusException(EXCEPTION.value);
      wishes.push({ name, value: raw * address.gain + address.offset });
      at += address.width;
    }
    return wishes;
  }
}
