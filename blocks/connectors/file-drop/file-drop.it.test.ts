import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, SampleSink, Session } from '#blocks/sdk/connector.ts';
import { connectorSuite, TestHost, type TestSource, until } from '../suite.ts';
import connector from './connector.ts';

/** A machine that writes a file every 300 ms. */
class Machine implements TestSource {
  readonly #host: TestHost;
  #timer: NodeJS.Timeout | undefined;
  #silent = false;
  #n = 0;
  constructor(host: TestHost) {
    this.#host = host;
  }
  async start(): Promise<void> {
    const inbox = join(await this.#host.folder(), 'inbox');
    mkdirSync(inbox, { recursive: true });
    const wide = Array.from({ length: 130 }, (_, i) => `m${i}`);
    this.#timer = setInterval(() => {
      if (this.#silent) return;
      const ts = new Date().toISOString();
      writeFileSync(
        join(inbox, `press-${this.#n++}.csv`),
        `ts,line,force,on,state\n${ts},2,7.25,true,run\n${ts},3,1,false,stop\n`,
      );
      if (this.#n % 5 === 1)
        writeFileSync(join(inbox, 'wide.csv'), `ts,${wide.join(',')}\n${ts},${wide.map(() => '1').join(',')}\n`);
    }, 300);
  }
  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
  async silence(on: boolean): Promise<void> {
    this.#silent = on;
    if (on) await new Promise((resolve) => setTimeout(resolve, 1500)); // what lies there is taken
  }
  async written(): Promise<undefined> {
    return undefined;
  }
}

connectorSuite('file-drop', {
  connector,
  pushed: true,
  source: async (host) => new Machine(host),
  settings: () => ({ settleMs: 0 }),
  tags: [
    { address: 'press-*.csv[line=2]#force@ts', type: 'number', value: 7.25 },
    { address: 'press-*.csv[line=2]#on@ts', type: 'boolean', value: true },
    { address: 'press-*.csv[line=3]#state@ts', type: 'text', value: 'stop' },
    { address: 'wide.csv#m7@ts', type: 'integer', value: 1 },
  ],
  absent: { address: 'other*.csv#force@ts', type: 'number' },
  malformed: ['', 'press.csv', '#force', '../x.csv#force', 'a/b.csv#x', '.hidden#x', 'a.csv[k]#x', 'a.csv#x@'],
  flood: async (host) => {
    const inbox = join(await host.folder(), 'inbox');
    for (let i = 0; i < 100; i++) writeFileSync(join(inbox, `press-bad${i}.csv`), Buffer.from([0xff, 0x00, 0xff, i]));
    await until('all are put aside', () => !readdirSync(inbox).some((name) => name.startsWith('press-bad')), 30_000);
  },
  browse: { path: 'wide.csv', count: 130, contains: 'wide.csv#m7@ts' },
});

/** A workbook of one sheet by the parts of ECMA-376; `rows` are the elements of sheetData. Style 1 is a date and time (numFmtId 22). */
function workbook(rows: string, more = ''): Uint8Array {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rels = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const type = (part: string) => `application/vnd.openxmlformats-officedocument.spreadsheetml.${part}+xml`;
  const parts = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type('sheet.main')}"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type('worksheet')}"/><Override PartName="/xl/styles.xml" ContentType="${type('styles')}"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${rels}"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="数据" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${rels}"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData>${more}</worksheet>`,
  };
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(head + text)])));
}
const cell = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;

describe('file-drop: files as they are', () => {
  let host: TestHost;
  let inbox: string;
  let session: Session | undefined;
  let logged: Map<bigint, readonly Sample[]>;
  /** The log goes away after so many rows. */
  let room: number;
  const sink: SampleSink = async (samples, delivery) => {
    const print = delivery?.message?.print;
    if (print === undefined) throw new Error('a row has a print');
    if (logged.has(print)) return; // as the gateway passes over what the log has
    if (logged.size >= room) throw new Error('log away');
    logged.set(print, samples);
  };
  const values = () => [...logged.values()].flat().map((s) => s.value);
  const tag = (tagId: number, address: string, type: 'number' | 'text' = 'number') => ({
    tagId,
    address,
    type,
    samplePeriodMs: 500,
    confirmMs: 60_000,
  });
  const follow = async (tags: ReturnType<typeof tag>[], settings: Record<string, unknown> = {}) => {
    session = await connector.open(connector.manifest.settings.parse({ settleMs: 0, ...settings }), {}, host);
    await session.subscribe(tags, sink);
  };
  const folderOf = (kind: string) => {
    try {
      return readdirSync(join(inbox, kind)).map((name) => name.replace(/^\S+ /, ''));
    } catch {
      return []; // not made yet
    }
  };
  beforeEach(async () => {
    host = new TestHost();
    inbox = join(await host.folder(), 'inbox');
    mkdirSync(inbox);
    logged = new Map();
    room = Number.POSITIVE_INFINITY;
  });
  afterEach(async () => {
    await session?.close();
    await host.dispose();
  });

  it('takes each row once over a kill in the middle of a file, and leaves none out', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `2026-03-01T00:00:00.${String(i % 1000).padStart(3, '0')}Z,${i}`);
    writeFileSync(join(inbox, 'big.csv'), `ts;v\n${rows.join('\n').replaceAll(',', ';')}\n`);
    room = 2400;
    await follow([tag(1, 'big.csv#v@ts')]);
    await until('the log is full', () => logged.size === 2400);
    await session?.close();
    expect(folderOf('done')).toEqual([]);
    room = Number.POSITIVE_INFINITY;
    await follow([tag(1, 'big.csv#v@ts')]);
    await until('the rest', () => logged.size === 3000);
    await until('the file is moved', () => folderOf('done').length === 1);
    expect(new Set(values()).size).toBe(3000);
    expect(folderOf('done')).toEqual(['big.csv']);
  });

  it('reads GB 18030 with Chinese headers and times as Excel writes them', async () => {
    // “时间,直径,结论 / 2026/3/1 8:05:00,12.5,合格” in GB 18030 (bytes by another encoder: iconv of glibc)
    const hex = 'cab1bce42cd6b1beb62cbde1c2db0a323032362f332f3120383a30353a30302c31322e352cbacfb8f10a';
    writeFileSync(join(inbox, '质检1.csv'), Buffer.from(hex, 'hex'));
    await follow([tag(1, '质检*.csv#直径@时间'), tag(2, '质检*.csv#结论@时间', 'text')], { offset: '+08:00' });
    await until('the row', () => logged.size === 1);
    expect([...logged.values()][0]).toMatchObject([
      { tagId: 1, time: Date.UTC(2026, 2, 1, 0, 5, 0), value: 12.5, quality: 0 },
      { tagId: 2, value: '合格' },
    ]);
  });

  it('reads workbooks: dates in the zone of the setting, stored values of formulas; headings that are merged or twice are refused by name', async () => {
    const header = `<row r="1">${cell('A1', '时间')}${cell('B1', '直径')}${cell('C1', '加倍')}</row>`;
    // 2026-03-01 08:05:00 is day 46082 of Excel's calendar and 29100 of 86400 s; C2 is a formula with its value, B3 an error
    const day = 46_082 + 29_100 / 86_400;
    const rows =
      `<row r="2"><c r="A2" s="1"><v>${day}</v></c><c r="B2"><v>12.5</v></c><c r="C2"><f>B2*2</f><v>25</v></c></row>` +
      `<row r="4"><c r="A4" s="1"><v>${day + 1}</v></c><c r="B4" t="e"><v>#DIV/0!</v></c><c r="C4"><v>3</v></c></row>`;
    writeFileSync(join(inbox, '质检.xlsx'), workbook(header + rows));
    writeFileSync(
      join(inbox, 'merged.xlsx'),
      workbook(
        `<row r="1">${cell('A1', 'ts')}${cell('B1', 'Force')}</row><row r="2"><c r="A2" s="1"><v>46082</v></c><c r="B2"><v>1</v></c><c r="C2"><v>2</v></c></row>`,
        '<mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>',
      ),
    );
    writeFileSync(join(inbox, 'twice.xlsx'), workbook(`<row r="1">${cell('A1', 'v')}${cell('B1', 'v')}</row>`));
    writeFileSync(join(inbox, 'none.xlsx'), 'no workbook');
    await follow([tag(1, '质检*.xlsx#直径@时间'), tag(2, '质检*.xlsx#加倍@时间'), tag(3, '*e*.xlsx#Force@ts')], {
      offset: '+08:00',
    });
    await until('all are dealt with', () => folderOf('done').length === 1 && folderOf('failed').length === 6);
    const time = Date.UTC(2026, 2, 1, 0, 5, 0);
    expect([...logged.values()].flat().toSorted((a, b) => a.time - b.time || a.tagId - b.tagId)).toEqual([
      { tagId: 1, time, value: 12.5, quality: 0 },
      { tagId: 2, time, value: 25, quality: 0 },
      { tagId: 1, time: time + 86_400_000, quality: 0x89 },
      { tagId: 2, time: time + 86_400_000, value: 3, quality: 0 },
    ]);
    const failures = host.events.flatMap((e) => (e.kind === 'device' && e.reason ? [`${e.device}: ${e.reason.en}`] : [])).sort();
    expect(failures).toMatchObject([
      expect.stringContaining('merged.xlsx: Column C has values but no heading'),
      expect.stringContaining('none.xlsx: The file is no Excel workbook'),
      expect.stringContaining('twice.xlsx: The heading “v” stands over several columns'),
    ]);
  });

  it('sets bad rows aside with their lines and reasons, and takes the others', async () => {
    writeFileSync(
      join(inbox, 'p.csv'),
      'ts,v\n2026-03-01T00:00:00Z,1\n2026-03-01T00:00:01Z,oops\nnever,3\n2026-03-01T00:00:03Z,4,5\n2026-03-01T00:00:04Z,5\n',
    );
    await follow([tag(1, 'p.csv#v@ts')]);
    await until('the note', () => folderOf('failed').length === 1);
    expect(values()).toEqual([1, undefined, 5]);
    const [note = ''] = readdirSync(join(inbox, 'failed'));
    expect(
      readFileSync(join(inbox, 'failed', note), 'utf8')
        .split('\n')
        .sort(),
    ).toEqual(
      ['', 'line 3: “oops” in v is no number', 'line 4: “never” in ts is no time', 'line 5: 3 cells, the header has 2'].sort(),
    );
  });

  it('names a file that cannot be read and puts it aside; the others go on', async () => {
    writeFileSync(join(inbox, 'a.json'), '{"ts": "2026-03-01T00:00:00Z", "v": ');
    writeFileSync(join(inbox, 'b.json'), '[{"ts":"2026-03-01T00:00:00Z","v":1.5},7]');
    writeFileSync(
      join(inbox, 'c.parquet'),
      Buffer.from(
        parquetWriteBuffer({
          columnData: [
            { name: 'ts', data: ['2026-03-01T00:00:05Z'] },
            { name: 'v', data: [2.5] },
          ],
        }),
      ),
    );
    writeFileSync(join(inbox, 'd.parquet'), 'PAR1 but no more');
    await follow([tag(1, '*.json#v@ts'), tag(2, '*.parquet#v@ts')]);
    await until(
      'all four are dealt with',
      () => folderOf('failed').filter((name) => name.endsWith('.reason.txt')).length === 2 && folderOf('done').length === 2,
    );
    expect(values().sort()).toEqual([1.5, 2.5]);
    expect(host.events.filter((e) => e.kind === 'device' && e.state === 'failed')).toMatchObject([
      { device: 'a.json', reason: { en: expect.stringContaining('no JSON') } },
      { device: 'd.parquet', reason: { zh: expect.stringContaining('Parquet') } },
    ]);
  });

  it('waits for a file that is still written, and for one that is renamed when it is whole', async () => {
    await follow([tag(1, '*.csv#v@ts')], { settleMs: 1500 });
    writeFileSync(join(inbox, 'x.csv'), 'ts,v\n2026-03-01T00:00:00Z,1');
    writeFileSync(join(inbox, 'y.csv.part'), 'ts,v\n2026-03-01T00:00:00Z,9\n');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    writeFileSync(join(inbox, 'x.csv'), 'ts,v\n2026-03-01T00:00:00Z,12\n');
    await until('the whole file', () => logged.size === 1);
    expect(values()).toEqual([12]);
  });

  it('reads nothing outside its folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'mw-out-'));
    writeFileSync(join(outside, 'secret.csv'), 'ts,v\n2026-03-01T00:00:00Z,666\n');
    symlinkSync(join(outside, 'secret.csv'), join(inbox, 'link.csv'));
    await follow([tag(1, '*.csv#v@ts')]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(values()).toEqual([]);
    const open = (folder: string) => connector.open(connector.manifest.settings.parse({ folder }), {}, host);
    await expect(open(outside)).rejects.toMatchObject({ part: 'permission', code: 'file.folder' });
    process.env.MILLWRIGHT_FILE_ROOTS = join(outside, 'open');
    try {
      mkdirSync(join(outside, 'open', 'deep'), { recursive: true });
      await (await open(join(outside, 'open', 'deep'))).close();
      await expect(open(join(outside, 'open', '..'))).rejects.toMatchObject({ code: 'file.folder' });
      symlinkSync(outside, join(outside, 'open', 'up'));
      await expect(open(join(outside, 'open', 'up'))).rejects.toMatchObject({ code: 'file.folder' });
    } finally {
      delete process.env.MILLWRIGHT_FILE_ROOTS;
      rmSync(outside, { recursive: true, force: true });
    }
  });

  it('may leave files where they are, and takes them once all the same', async () => {
    writeFileSync(join(inbox, 'l.jsonl'), '{"t":1700000000,"v":1}\n{"t":1700000001,"v":2}\n');
    await follow([tag(1, 'l.jsonl#v@t')], { after: 'leave' });
    await until('both rows', () => logged.size === 2);
    await until('the file is noted', async () => Array.isArray(await host.kept()));
    await session?.close();
    logged.clear();
    await follow([tag(1, 'l.jsonl#v@t')], { after: 'leave' });
    await new Promise((resolve) => setTimeout(resolve, 1800));
    expect(values()).toEqual([]);
    expect(readdirSync(inbox)).toContain('l.jsonl');
  });
});
