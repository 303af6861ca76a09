import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { Type, tableFromArrays, tableFromIPC, tableToIPC, timestamp } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quality } from '#runtime/batch/quality.ts';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { joinTables } from './cells.ts';
import { historyTable } from './history-table.ts';
import { InputError } from './input-error.ts';
import { readBytes, readInput } from './read.ts';
import { SINK_FORMATS } from './sink-formats.ts';
import type { InputTable } from './table.ts';
import { openTableSink } from './table-sink.ts';
import { TABLE_FORMATS, writeTable } from './write.ts';

/** Files of other implementations are read, and ours by others: pyarrow made the fixtures (`fixtures/make.py`), DuckDB and flechette run here. */
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const T = Date.UTC(2026, 0, 4, 16);
const schema: WireSchema = {
  kind: 'stream',
  columns: {
    pressure: { type: 'number', unit: 'bar' },
    count: { type: 'integer' },
    on: { type: 'boolean' },
    note: { type: 'text' },
    energy: { type: 'decimal', unit: 'kWh', scale: 3 },
  },
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mw-exchange-'));
});
afterAll(() => rm(folder, { recursive: true }));
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw error ?? new Error('it was not refused');
  return { code: error.code, line: error.line, column: error.column, message: error.message };
};

describe('what pyarrow wrote', () => {
  test.each(['pyarrow.arrow', 'pyarrow.arrows', 'pyarrow.parquet'])('%s', async (name) => {
    const table = await readInput(fixture(name), schema, 'C-9');
    expect([...table.time]).toEqual([T, T + 0.123, T + 500]);
    expect(table.key).toEqual(['C-1', 'C-2', 'C-9']);
    const { pressure, count, on, note, energy } = table.columns;
    // no value is bad:missing; unit and origin stand in the field's metadata
    expect(pressure).toMatchObject({ unit: '[psi]', origin: 'simulated', values: Float64Array.of(90.5, Number.NaN, 91.25) });
    expect(pressure?.quality).toEqual(Uint8Array.of(0, quality('bad', 'missing'), quality('uncertain', 'stale')));
    expect(count?.values).toEqual(Float64Array.of(7, Number.MAX_SAFE_INTEGER, -1));
    expect(on?.values).toEqual(Float64Array.of(1, 0, Number.NaN));
    expect(note?.values).toEqual(['ok', '匠造', '']);
    expect(energy).toMatchObject({ unit: 'kWh', values: ['12.340', '-0.001', null] });
  });

  test('what cannot be read is refused by name', async () => {
    for (const name of ['no-zone.arrow', 'no-zone.parquet']) {
      const one: WireSchema = { kind: 'stream', columns: { pressure: { type: 'number' } } };
      const told = await refused(readInput(fixture(name), one, 'C-9'));
      expect(told).toMatchObject({ code: 'input.bad-time', column: 'time' });
      expect(told.message).toContain('UTC');
    }
    const lz4 = await refused(readInput(fixture('pyarrow-lz4.arrow'), schema, 'C-9'));
    expect(lz4).toMatchObject({ code: 'input.bad-arrow' });
    expect(lz4.message).toContain('zstd');
    const bytes = await readFile(fixture('pyarrow.arrow'));
    for (const broken of [bytes.subarray(0, 300), Buffer.from('ARROW1 and then nothing'), Buffer.alloc(0)])
      expect(await refused(readBytes('x.arrow', broken, schema, 'C-9'))).toMatchObject({ code: 'input.bad-arrow' });
    expect(await refused(readBytes('x.parquet', bytes, schema, 'C-9'))).toMatchObject({ code: 'input.bad-parquet' });
    const other: WireSchema = { kind: 'stream', columns: { note: { type: 'number' } } };
    for (const name of ['pyarrow.arrow', 'pyarrow.parquet'])
      expect(await refused(readInput(fixture(name), other, 'C-9'))).toMatchObject({
        code: 'input.bad-value',
        line: 1,
        column: 'note',
      });
    const places: WireSchema = { kind: 'stream', columns: { energy: { type: 'decimal', scale: 1 } } };
    expect(await refused(readInput(fixture('pyarrow.arrow'), places, 'C-9'))).toMatchObject({ code: 'input.bad-value', line: 1 });
  });
});

/** Every column type, quality, and an origin for all rows or row by row. */
const WAVE = { t0: T, rate: 48_000, n: 2, values: Float64Array.of(0.5, -0.25) };
const full: InputTable = {
  file: 'full',
  n: 3,
  time: Float64Array.of(T, T + 0.25, T + 1_000),
  key: ['C-1', '二号', 'with, "quotes"\n'],
  columns: {
    p: {
      type: 'number',
      unit: 'bar',
      values: Float64Array.of(6.25, Number.NaN, -1e-300),
      quality: Uint8Array.of(0, quality('bad', 'missing'), quality('uncertain', 'clipped')),
      origin: ['measured', 'manual', 'measured'],
    },
    n: { type: 'integer', values: Float64Array.of(1, -2, Number.MAX_SAFE_INTEGER), origin: 'derived' },
    on: { type: 'boolean', values: Float64Array.of(1, 0, 1) },
    t: { type: 'time', values: Float64Array.of(T, T - 1, T + 0.001) },
    word: { type: 'text', values: ['x', 'a,b', '匠'], origin: 'simulated' },
    price: { type: 'decimal', unit: 'CNY', scale: 2, values: ['12.30', '-0.05', '99999999999999.99'] },
    doc: { type: 'json', values: [{ a: [1, 'b'] }, [2], { c: null }] },
    w: { type: 'wave', unit: 'm/s2', values: [WAVE, WAVE, WAVE] },
    b: { type: 'blob', values: [1, 2, 3].map((size) => ({ hash: `h${size}`, media: 'image/png', size })) },
  },
};
const fullSchema: WireSchema = {
  kind: 'stream',
  columns: Object.fromEntries(
    Object.entries(full.columns).map(([name, { type, unit, scale }]) => [
      name,
      { type, ...(unit ? { unit } : {}), ...(scale === undefined ? {} : { scale }) },
    ]),
  ),
};

describe('what we write', () => {
  test.each(TABLE_FORMATS)('as %s comes back as it was', async (format) => {
    const back = await readBytes(`full.${format}`, await writeTable(full, format), fullSchema, 'none');
    expect({ ...back, file: 'full' }).toEqual({
      ...full,
      columns: expect.objectContaining(
        Object.fromEntries(Object.entries(full.columns).map(([name, column]) => [name, expect.objectContaining({ ...column })])),
      ),
    });
    // a run adds to its tables as it goes on
    const twice = await readBytes(
      `full.${format}`,
      await writeTable(joinTables([full, { ...full, time: full.time.map((t) => t + 5_000) }]), format),
      fullSchema,
      'none',
    );
    expect(twice.n).toBe(6);
    expect(twice.columns.word?.values).toEqual(['x', 'a,b', '匠', 'x', 'a,b', '匠']);
  });

  test('as Parquet is what DuckDB reads, and what DuckDB writes is read', async () => {
    const file = path.join(folder, 'ours.parquet');
    await writeFile(file, await writeTable(full, 'parquet'));
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = await duck.runAndReadAll(
      `select epoch_us(time), key, p, "p.quality", "p.origin", n, "on", epoch_us(t), word, price, typeof(time) from read_parquet('${file}')`,
    );
    expect(rows.getRowsJS()).toEqual([
      [BigInt(T) * 1000n, 'C-1', 6.25, 'good', 'measured', 1n, true, BigInt(T) * 1000n, 'x', '12.30', 'TIMESTAMP WITH TIME ZONE'],
      [
        BigInt(T) * 1000n + 250n,
        '二号',
        null,
        'bad:missing',
        'manual',
        -2n,
        false,
        BigInt(T - 1) * 1000n,
        'a,b',
        '-0.05',
        'TIMESTAMP WITH TIME ZONE',
      ],
      [
        BigInt(T + 1_000) * 1000n,
        'with, "quotes"\n',
        -1e-300,
        'uncertain:clipped',
        'measured',
        9007199254740991n,
        true,
        BigInt(T) * 1000n + 1n,
        '匠',
        '99999999999999.99',
        'TIMESTAMP WITH TIME ZONE',
      ],
    ]);
    const theirs = path.join(folder, 'theirs.parquet');
    await duck.run(`copy (select to_timestamp(1767542400.5 + i) as time, 'C-' || i as key, i / 4.0 as "value [bar]",
      case when i = 2 then 'bad:link' end as "value.quality" from range(3) t(i)) to '${theirs}' (format parquet, compression zstd)`);
    duck.closeSync();
    const table = await readInput(theirs, { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } }, 'x');
    expect([...table.time]).toEqual([T + 500, T + 1_500, T + 2_500]);
    expect(table.key).toEqual(['C-0', 'C-1', 'C-2']);
    expect(table.columns.value).toMatchObject({ unit: 'bar', values: Float64Array.of(0, 0.25, 0.5) });
    expect(table.columns.value?.quality).toEqual(Uint8Array.of(0, 0, quality('bad', 'link')));
  });

  test('as Arrow is what flechette reads, and what flechette writes is read', async () => {
    const table = tableFromIPC(await writeTable(full, 'arrow'), { useBigInt: true });
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type.typeId}`).slice(0, 4)).toEqual([
      `time ${Type.Timestamp}`,
      `key ${Type.Utf8}`,
      `p ${Type.Float}`,
      `p.quality ${Type.Dictionary}`,
    ]);
    expect(table.schema.fields.find(({ name }) => name === 'p')?.metadata).toEqual(
      new Map([
        ['unit', 'bar'],
        ['type', 'number'],
      ]),
    );
    expect(table.schema.fields.find(({ name }) => name === 'n')?.metadata?.get('origin')).toBe('derived');
    const column = (name: string) => [...(table.getChild(name) ?? [])];
    expect(column('p')).toEqual([6.25, null, -1e-300]);
    expect(column('p.quality')).toEqual(['good', 'bad:missing', 'uncertain:clipped']);
    expect(column('n')).toEqual([1n, -2n, 9007199254740991n]);
    expect(column('key')).toEqual(full.key);
    expect(column('price')).toEqual(['12.30', '-0.05', '99999999999999.99']);
    const theirs = tableToIPC(
      tableFromArrays({ time: [T, T + 1], 'value [bar]': [1.5, 2.5] }, { types: { time: timestamp(1, 'UTC') } }),
      { format: 'stream' },
    );
    const read = await readBytes(
      'x.arrow',
      theirs ?? new Uint8Array(),
      { kind: 'stream', columns: { value: { type: 'number' } } },
      'k',
    );
    expect([...read.time]).toEqual([T, T + 1]);
    expect(read.columns.value).toMatchObject({ unit: 'bar', values: Float64Array.of(1.5, 2.5) });
  });
});

describe('history that is exported piece by piece', () => {
  /** Two signals in different units and a text, a slice each: what the historian gives. */
  const signals = [
    { id: 1, name: 'C-101.压力', type: 'number', unit: 'bar' },
    { id: 2, name: 'C-101.t', type: 'number', unit: 'Cel' },
    { id: 3, name: 'C-101.state', type: 'text', unit: null },
  ];
  const samples = (time: number[], value: number[], more: { quality?: number[]; text?: string[] } = {}) => ({
    n: time.length,
    time: Float64Array.from(time),
    value: Float64Array.from(value),
    quality: Uint8Array.from(more.quality ?? time.map(() => 0)),
    origin: Uint8Array.from(time, () => 0),
    other: new Map((more.text ?? []).map((text, i) => [i, { text }])),
  });
  const slices = [
    new Map([
      [1, samples([T, T + 0.25], [7.5, Number.NaN], { quality: [0, quality('bad', 'link')] })],
      [3, samples([T + 10], [Number.NaN], { text: ['运行, "1"'] })],
    ]),
    new Map(),
    new Map([[2, samples([T + 86_400_000], [-40])]]),
  ];
  const bytes = async (format: (typeof SINK_FORMATS)[number], of = signals) => {
    const sink = openTableSink(historyTable('x', of, new Map()), format);
    const pieces = slices.map((slice) => sink.write(historyTable('x', of, slice)));
    return Buffer.concat([...pieces, sink.close()]);
  };
  const keys = ['C-101.压力', 'C-101.压力', 'C-101.state', 'C-101.t'];

  test('Parquet, read by DuckDB', async () => {
    const file = path.join(folder, 'history.parquet');
    await writeFile(file, await bytes('parquet'));
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = await duck.runAndReadAll(
      `select epoch_us(time), key, value, "value.quality", "value.origin", text, unit from read_parquet('${file}') order by time`,
    );
    duck.closeSync();
    const at = (ms: number) => BigInt(Math.round((T + ms) * 1000));
    expect(rows.getRowsJS()).toEqual([
      [at(0), keys[0], 7.5, 'good', 'measured', null, 'bar'],
      [at(0.25), keys[0], null, 'bad:link', 'measured', null, 'bar'],
      [at(10), keys[2], null, 'good', 'measured', '运行, "1"', ''],
      [at(86_400_000), keys[3], -40, 'good', 'measured', null, 'Cel'],
    ]);
  });

  test('Arrow, read by flechette; the unit stands at the field where all have the same', async () => {
    const table = tableFromIPC(await bytes('arrow'));
    const column = (name: string) => [...(table.getChild(name) ?? [])];
    expect(column('key')).toEqual(keys);
    expect(column('value')).toEqual([7.5, null, null, -40]);
    expect(column('unit')).toEqual(['bar', 'bar', '', 'Cel']);
    const one = tableFromIPC(await bytes('arrow', signals.slice(0, 1)));
    expect(one.schema.fields.map(({ name }) => name)).toEqual(['time', 'key', 'value', 'value.quality', 'value.origin']);
    expect(one.schema.fields.find(({ name }) => name === 'value')?.metadata?.get('unit')).toBe('bar');
  });

  test.each(SINK_FORMATS)('%s of one signal is what `mw run --in` reads', async (format) => {
    const wanted: WireSchema = { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } };
    const back = await readBytes(`x.${format}`, await bytes(format, signals.slice(0, 1)), wanted, 'k');
    expect([...back.time]).toEqual([T, T + 0.25]);
    expect(back.columns.value).toMatchObject({
      unit: 'bar',
      values: Float64Array.of(7.5, Number.NaN),
      origin: 'measured',
    });
    // a value that is not there is read as missing, whatever it was for
    expect(back.columns.value?.quality).toEqual(Uint8Array.of(0, quality('bad', 'missing')));
  });

  test.each(SINK_FORMATS)('%s of nothing is a whole file', async (format) => {
    const sink = openTableSink(historyTable('x', signals.slice(0, 1), new Map()), format);
    const wanted: WireSchema = { kind: 'stream', columns: { value: { type: 'number' } } };
    // a text without a row has nothing that could be read
    const read = async () => (await readBytes(`x.${format}`, sink.close(), wanted, 'k')).n;
    if (format === 'jsonl') expect(sink.close()).toHaveLength(0);
    else expect(await read()).toBe(0);
  });
});
