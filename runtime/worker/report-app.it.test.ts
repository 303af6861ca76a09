/** A report from a table in an app to files that programs of others read: the worker, its effect runner, the store of documents, poppler and openpyxl. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import readXlsx from 'read-excel-file/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { record } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';

const POPPLER = process.env.MILLWRIGHT_POPPLER;
const PYTHON = process.env.MILLWRIGHT_OPENPYXL;
const words = (en: string, zh: string) => ({ en, zh });
const node = (id: string, block: string, version: string, params: Record<string, unknown>) => ({
  ...{ id, block: `millwright/${block}`, version, params },
});
const wire = (from: string, to: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port: 'in' } });
/** The order that people enter is read as a table and reported. */
const graph: GraphDocumentInput = {
  format: 1,
  nodes: [
    node('order', 'source.form', '1.1.0', {
      form: 'order',
      title: words('Order', '工单'),
      fields: [{ kind: 'text', name: 'document', title: words('Lines', '明细'), most: 4000 }],
    }),
    node('table', 'transform.schema', '1.0.0', {
      format: 'csv',
      rows: 'row',
      fields: [
        { name: 'part', type: 'text', path: 'part', required: true },
        { name: 'mass', type: 'number', path: 'mass', unit: 'kg' },
      ],
    }),
    node('report', 'notify.report', '1.0.0', {
      title: words('Parts of the shift', '当班零件'),
      prefix: 'SHIFT',
      columns: [
        { name: 'part', title: words('Part', '零件'), show: 'text' },
        { name: 'mass', title: words('Mass', '质量'), unit: 'kg' },
      ],
      zone: 'Asia/Shanghai',
    }),
  ],
  wires: [wire('order', 'table'), wire('table', 'report')],
  outputs: [{ name: 'report', from: { node: 'report', port: 'out' } }],
};

let f: WorkerFixture;
beforeAll(async () => {
  f = await workerFixture();
});
afterAll(() => f[Symbol.asyncDispose]());

test('a table becomes a PDF and a workbook, stored as documents that are what their hashes say', {
  timeout: 120_000,
}, async () => {
  await f.worker();
  const id = await f.instance(graph, {}, { grants: ['screen.render', 'record.write:document'], key: 'C-101' });
  await f.running(id);
  const values = { document: 'part,mass\n轴承座,12.5\nshaft Ø40,7.25\n' };
  await appendControl(f.db, ORG, { type: 'form', instanceId: id, form: 'order', key: '', values, by: 'Li Na' });
  await until('the report is told', async () => (await f.outputs(id)).length > 0, 90_000);
  const [told] = await f.outputs(id);
  const [ok, codes, reason] = told?.values ?? [];
  expect([Boolean(ok), reason]).toEqual([true, '']);
  const documents = String(codes)
    .split(',')
    .map((code) => code.trim());
  expect(documents).toEqual([expect.stringMatching(/^SHIFT-.*\.pdf$/), expect.stringMatching(/^SHIFT-.*\.xlsx$/)]);
  const blobs = openBlobStore(f.dataFolder);
  const files = await Promise.all(
    documents.map(async (code) => {
      const [row] = await f.db
        .select()
        .from(record)
        .where(and(eq(record.kind, 'document'), eq(record.code, code)));
      const { bytes } = await blobs.get(f.db, ORG, String(row?.data.hash));
      expect(row?.data).toMatchObject({ size: bytes.length });
      const path = join(f.dataFolder, code);
      writeFileSync(path, bytes);
      return path;
    }),
  );
  const [pdf = '', xlsx = ''] = files;
  const sheet = JSON.stringify(await readXlsx(xlsx));
  for (const said of ['当班零件 / Parts of the shift', '轴承座', 'shaft Ø40', '12.5', '7.25']) expect(sheet).toContain(said);
  if (POPPLER) {
    const text = execFileSync(POPPLER, ['-layout', pdf, '-'], { encoding: 'utf8' });
    expect(text).toContain('当班零件');
    expect(text).toMatch(/零件 \/ Part\s+质量 \/ Mass \[kg\]/);
    expect(text).toMatch(/轴承座\s+12\.5\s/);
    expect(text).toMatch(/shaft Ø40\s+7\.25\s/);
  }
  if (PYTHON) {
    const program = `import json,sys,openpyxl
print(json.dumps([list(r) for r in openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True)],default=str))`;
    const rows = JSON.parse(execFileSync(PYTHON, ['-c', program, xlsx], { encoding: 'utf8' })) as unknown[][];
    expect(rows.slice(-2)).toEqual([
      ['轴承座', 12.5],
      ['shaft Ø40', 7.25],
    ]);
  }
});
