import { qualityText } from '#runtime/batch/quality.ts';
import type { BlockCase, CaseRow } from './case-format.testing.ts';
import { type OutRow, qualityOf, RESERVED, type RunResult, timeOf } from './run-case.testing.ts';

const close = (got: unknown, want: unknown, tolerance: number): boolean => {
  if (typeof want === 'number' && typeof got === 'number')
    return Object.is(got, want) || Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
  if (Array.isArray(want) && got !== null && typeof got === 'object' && 'length' in got) {
    const list = Array.from(got as ArrayLike<unknown>);
    return list.length === want.length && want.every((w, i) => close(list[i], w, tolerance));
  }
  if (want !== null && typeof want === 'object' && got !== null && typeof got === 'object')
    return Object.entries(want).every(([k, w]) => close((got as Record<string, unknown>)[k], w, tolerance));
  return got === want;
};

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (ArrayBuffer.isView(v) ? Array.from(v as unknown as ArrayLike<number>) : v)) ??
  'nothing';

function differingRows(port: string, got: readonly OutRow[], want: readonly CaseRow[], tolerance: number): string[] {
  if (got.length !== want.length) {
    const rows = got.slice(0, 20).map((r) => ({ time: r.time, key: r.key, ...r.values }));
    return [`'${port}' gave ${got.length} rows, expected ${want.length}: ${shown(rows)}`];
  }
  return want.flatMap((w, i) => {
    const g = got[i] as OutRow;
    const found: string[] = [];
    const differ = (field: string, is: unknown, should: unknown) =>
      found.push(`${port}[${i}].${field}: got ${shown(is)}, expected ${shown(should)}`);
    const time = timeOf(w.time);
    if (time !== undefined && !Object.is(g.time, time)) differ('time', g.time, time);
    if (w.key !== undefined && g.key !== w.key) differ('key', g.key, w.key);
    for (const [name, value] of Object.entries(w)) {
      if (name === 'time' || name === 'key' || (RESERVED.has(name) && !Object.hasOwn(g.values, name))) continue;
      if (name.endsWith('.quality')) {
        const is = qualityText(g.quality[name.slice(0, -'.quality'.length)] ?? -1);
        const should = qualityText(qualityOf(value));
        if (is !== should) differ(name, is, should);
      } else if (!close(g.values[name], value, tolerance)) differ(name, g.values[name], value);
    }
    return found;
  });
}

/** Where the result is not what the case expects; empty when it is. */
export function differences(result: RunResult, test: BlockCase): string[] {
  const tolerance = test.tolerance ?? 1e-9;
  const found: string[] = [];
  if ((test.dead ?? 0) !== result.dead.length)
    found.push(`${result.dead.length} rows set aside, expected ${test.dead ?? 0}: ${shown(result.dead.slice(0, 5))}`);
  if (test.expected) {
    const expected = (Array.isArray(test.expected) ? { out: test.expected } : test.expected) as Readonly<
      Record<string, readonly CaseRow[]>
    >;
    for (const [port, want] of Object.entries(expected))
      found.push(...differingRows(port, result.outputs[port] ?? [], want, tolerance));
  }
  for (const kind of ['alarms', 'effects'] as const) {
    const want = test[kind];
    if (!want) continue;
    if (result[kind].length !== want.length)
      found.push(`${result[kind].length} ${kind}, expected ${want.length}: ${shown(result[kind].slice(0, 5))}`);
    want.forEach((w, i) => {
      const { time, ...rest } = w;
      const got = result[kind][i];
      if (time !== undefined && got?.time !== timeOf(time))
        found.push(`${kind}[${i}].time: got ${got?.time}, expected ${timeOf(time)}`);
      if (!close(got, rest, tolerance)) found.push(`${kind}[${i}]: got ${shown(got)}, expected ${shown(rest)}`);
    });
  }
  const late = result.late.block ?? 0;
  if (test.late !== undefined && late !== test.late) found.push(`${late} late rows, expected ${test.late}`);
  return found;
}
