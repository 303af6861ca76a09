/** The readings of a message by its template. */
import { pathText, valueAt } from '../payload/path.ts';
import { timeOf } from '../payload/time.ts';
import type { SignalPath, Template } from './template.ts';

export interface Reading {
  readonly signal: string;
  readonly value: unknown;
  /** Epoch ms; undefined when the payload should have one and has none that can be read. */
  readonly time: number | undefined;
  readonly unit?: string;
  readonly good: boolean;
}
/** A part of a message that is no reading. */
export interface Refused {
  readonly at: string;
  readonly code: 'mqtt.no-list' | 'mqtt.no-signal';
}

const DEEPEST = 6;
/** More signals in one message are a fault of the sender. */
const MOST = 20_000;

/** `around`: what came beside the payload, under `$user` (the user properties of MQTT 5). */
export function readingsOf(
  template: Template,
  data: unknown,
  around: Readonly<Record<string, unknown>>,
  arrived: number,
  offsetMinutes: number,
): { readonly readings: readonly Reading[]; readonly refused: readonly Refused[] } {
  const readings: Reading[] = [];
  const refused: Refused[] = [];
  const list = template.list && valueAt(data, template.list);
  if (template.list && !Array.isArray(list))
    return { readings, refused: [{ at: pathText(template.list), code: 'mqtt.no-list' }] };
  const parts: readonly unknown[] = Array.isArray(list) ? list : [data];
  for (const [i, part] of parts.entries()) {
    /** Of this reading, else of the whole message: a list often has one time for all. */
    const at = (path: SignalPath, key: readonly string[] | undefined): unknown => {
      const [first] = path.before;
      if (typeof first === 'string' && first.startsWith('$')) return valueAt(around, path.before);
      const steps = path.every && key !== undefined ? [...path.before, ...key, ...path.after] : path.before;
      return valueAt(part, steps) ?? (template.list ? valueAt(data, steps) : undefined);
    };
    const add = (signal: string, value: unknown, key: readonly string[] | undefined) => {
      if (readings.length >= MOST) return;
      const { time, unit, quality } = template;
      const said = unit && at(unit, key);
      readings.push({
        signal,
        value,
        time: time ? timeOf(at(time.path, key), { format: time.format, offsetMinutes }) : arrived,
        ...(typeof said === 'string' ? { unit: said } : {}),
        good: !quality || String(at(quality.path, key)) === quality.good,
      });
    };
    if (template.signal) {
      const [first] = template.signal;
      const name = valueAt(typeof first === 'string' && first.startsWith('$') ? around : part, template.signal);
      if (typeof name === 'string' || typeof name === 'number') add(String(name), at(template.value, undefined), undefined);
      else refused.push({ at: template.list ? `${pathText(template.list)}[${i}]` : '.', code: 'mqtt.no-signal' });
      continue;
    }
    const { before, after, every } = template.value;
    const inside = valueAt(part, before);
    if (!every) {
      add(pathText(before), inside, undefined);
      continue;
    }
    const own = new Set(
      [template.time?.path, template.unit, template.quality?.path].flatMap((path) =>
        path && !path.every ? [pathText(path.before)] : [],
      ),
    );
    for (const [key, value] of leaves(inside, after.length > 0 ? 1 : DEEPEST)) {
      if (own.has(pathText([...before, ...key]))) continue;
      const found = after.length === 0 ? value : valueAt(value, after);
      if (found !== undefined) add(key.join('.'), found, key);
    }
  }
  return { readings, refused };
}

/** Fields by their keys, down to values; what is a list stays whole. */
function* leaves(inside: unknown, depth: number, under: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (typeof inside !== 'object' || inside === null || Array.isArray(inside)) return;
  for (const [key, value] of Object.entries(inside)) {
    if (depth > 1 && typeof value === 'object' && value !== null && !Array.isArray(value) && !isWave(value))
      yield* leaves(value, depth - 1, [...under, key]);
    else yield [[...under, key], value];
  }
}
const isWave = (value: object) => 'rate' in value && 'values' in value;
