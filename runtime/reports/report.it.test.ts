/** Reports, read back by programs of others: poppler for PDF, openpyxl for XLSX. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readXlsx from 'read-excel-file/node';
import { afterAll, expect, test } from 'vitest';
import { makeReportAside } from './aside.ts';
import { scaleOf } from './chart.ts';
import { type ReportRequest, reportRequest } from './request.ts';

const POPPLER = process.env.MILLWRIGHT_POPPLER;
const PYTHON = process.env.MILLWRIGHT_OPENPYXL;
const folder = mkdtempSync(join(tmpdir(), 'mw-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const T0 = Date.UTC(2026, 10, 22, 16); // 2026-11-23 00:00 in Shanghai
const N = 90;
const wish = (more: Partial<ReportRequest> = {}): ReportRequest =>
  reportRequest.parse({
    title: { en: 'Shift report', zh: '空压站班次报表' },
    code: 'SHIFT',
    from: T0,
    to: T0 + N * 60_000,
    zone: 'Asia/Shanghai',
    formats: ['pdf', 'xlsx'],
    columns: [
      { name: 'time', title: { en: 'Time', zh: '时间' }, type: 'time' },
      { name: 'pressure', title: { en: 'Pressure', zh: '总管压力' }, unit: 'bar' },
      { name: 'state', title: { en: 'State', zh: '状态' }, type: 'text' },
    ],
    data: {
      time: Array.from({ length: N }, (_, i) => T0 + i * 60_000),
      pressure: Array.from({ length: N }, (_, i) => (i === 40 ? null : 7 + i / 100)),
      // a rare character, one outside the basic plane, and words of another script
      state: Array.from({ length: N }, (_, i) => (i === 0 ? '停机 龘 Ж' : '运行')),
    },
    chart: { kind: 'line', x: 'time', y: ['pressure'] },
    ...more,
  });
const FACTS = { by: '班次报表 / Shift report · C-101', simulated: true, made: T0 + N * 60_000 };
const files = makeReportAside(wish(), FACTS);
const file = async (format: 'pdf' | 'xlsx') => {
  const bytes = (await files).find((f) => f.format === format)?.bytes ?? Buffer.alloc(0);
  const path = join(folder, `report.${format}`);
  writeFileSync(path, bytes);
  return { path, bytes };
};

test.skipIf(!POPPLER)(
  'PDF: poppler finds the words of both languages, every row, and fonts that are embedded',
  { timeout: 60_000 },
  async () => {
    const { path } = await file('pdf');
    const tool = (name: string, ...args: string[]) =>
      execFileSync((POPPLER ?? '').replace(/pdftotext$/, name), args, { encoding: 'utf8', maxBuffer: 1e7 });
    const text = tool('pdftotext', '-layout', path, '-');
    expect(text).toContain('空压站班次报表');
    expect(text).toContain('Shift report');
    expect(text).toContain('仿真数据 / Simulated values');
    expect(text).toMatch(/统计时段 \/ Period: 2026-11-23 00:00 – 2026-11-23 01:30 \(Asia\/Shanghai\)/);
    expect(text).toContain('停机 龘 Ж');
    expect(text).toMatch(/总管压力 \/ Pressure \[bar\]/);
    const rows = [...text.matchAll(/^\s*(2026-11-23 \d\d:\d\d)\s+(\S+)\s+(停机 龘 Ж|运行)\s*$/gm)];
    expect(rows).toHaveLength(N);
    expect(rows.map((r) => r[2])).toEqual(
      Array.from({ length: N }, (_, i) => (i === 40 ? '–' : String(Number((7 + i / 100).toPrecision(6))))),
    );
    const info = tool('pdfinfo', path);
    expect(info).toMatch(/Title:\s+空压站班次报表 \/ Shift report/);
    expect(info).toMatch(/Pages:\s+3/);
    expect(info).toMatch(/Page size:\s+595\.28 x 841\.89 pts \(A4\)/);
    const fonts = tool('pdffonts', path).split('\n').slice(2).filter(Boolean);
    expect(fonts.length).toBeGreaterThan(2);
    for (const line of fonts) expect(line).toMatch(/NotoSansSC-\w+\s+CID TrueType\s+Identity-H\s+yes yes yes/);
    // the chart is drawn, no picture of it
    expect(tool('pdfimages', '-list', path).split('\n').slice(2).filter(Boolean)).toEqual([]);
  },
);

test.skipIf(!PYTHON)('XLSX: openpyxl finds numbers as numbers and times as times of the site', { timeout: 60_000 }, async () => {
  const { path } = await file('xlsx');
  const program = `import json,openpyxl
s=openpyxl.load_workbook(${JSON.stringify(path)}).active
print(json.dumps([[c.isoformat() if hasattr(c,'isoformat') else c for c in r] for r in s.iter_rows(values_only=True)],ensure_ascii=False))`;
  const rows = JSON.parse(execFileSync(PYTHON ?? '', ['-c', program], { encoding: 'utf8' })) as unknown[][];
  expect(rows[0]?.[0]).toBe('空压站班次报表 / Shift report');
  const head = rows.findIndex((r) => r[1] === '总管压力 / Pressure [bar]');
  const table = rows.slice(head + 1);
  expect(table).toHaveLength(N);
  expect(table[0]).toEqual(['2026-11-23T00:00:00', 7, '停机 龘 Ж']);
  expect(table[40]?.[1]).toBeNull();
  expect(table[89]).toEqual(['2026-11-23T01:29:00', 7.89, '运行']);
});

test('XLSX: another reader finds the same', { timeout: 60_000 }, async () => {
  const { path } = await file('xlsx');
  const sheet = await readXlsx(path);
  const text = JSON.stringify(sheet);
  expect(text).toContain('空压站班次报表 / Shift report');
  expect(text).toContain('停机 龘 Ж');
});

test('a table without rows says so; what makes no sense is refused at its place', { timeout: 60_000 }, async () => {
  const empty = { time: [], pressure: [], state: [] };
  expect((await makeReportAside(wish({ data: empty, formats: ['pdf'] }), FACTS))[0]?.bytes.subarray(0, 5).toString()).toBe(
    '%PDF-',
  );
  const paths = (more: object) => reportRequest.safeParse({ ...wish(), ...more }).error?.issues.map((i) => i.path.join('.'));
  expect(paths({ data: { ...wish().data, state: ['one'] } })).toEqual(['data']);
  expect(paths({ chart: { kind: 'bar', x: 'time', y: ['flow'] } })).toEqual(['chart']);
  expect(paths({ from: T0 + 1, to: T0 })).toEqual(['from']);
  expect(paths({ zone: 'Mars/Olympus' })).toEqual(['zone']);
});

test('axes step by 1, 2 or 5 and hold what they show', () => {
  // by hand
  expect(scaleOf(0, 40)).toEqual({ from: 0, to: 40, step: 10 });
  expect(scaleOf(6.03, 7.97)).toEqual({ from: 6, to: 8, step: 0.5 });
  const flat = scaleOf(5, 5);
  expect(flat.from).toBeLessThanOrEqual(5);
  expect(flat.to).toBeGreaterThan(5);
});
