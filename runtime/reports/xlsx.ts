import writeXlsxFile from 'write-excel-file/node';
import type { ReportFacts, ReportRequest } from './request.ts';
import { say, timeText, WORDS } from './say.ts';

type Cell = {
  value?: string | number | Date;
  type?: typeof String | typeof Number | typeof Date;
  format?: string;
  fontWeight?: 'bold';
  fontSize?: number;
} | null;

/** One sheet: title, period, then the table with numbers as numbers and times as times of the report's zone. */
export async function reportXlsx(report: ReportRequest, facts: ReportFacts): Promise<Buffer> {
  const { title, language, zone, columns, data } = report;
  const text = (value: string, more: object = {}): Cell => ({ value, type: String, ...more });
  const rows: Cell[][] = [
    [text(say(title, language), { fontWeight: 'bold', fontSize: 14 })],
    [text(`${say(WORDS.period, language)}: ${timeText(report.from, zone)} – ${timeText(report.to, zone)} (${zone})`)],
    [text(`${say(WORDS.by, language)}: ${facts.by}`)],
    [text(`${say(WORDS.made, language)}: ${timeText(facts.made, zone)}`)],
    ...(facts.simulated ? [[text(say(WORDS.simulated, language), { fontWeight: 'bold' })]] : []),
    [],
    columns.map((c) => text(`${say(c.title, language)}${c.unit ? ` [${c.unit}]` : ''}`, { fontWeight: 'bold' })),
  ];
  const n = data[columns[0]?.name ?? '']?.length ?? 0;
  for (let i = 0; i < n; i++)
    rows.push(
      columns.map(({ name, type }): Cell => {
        const value = data[name]?.[i];
        if (value === null || value === undefined) return null;
        if (typeof value === 'string') return text(value);
        if (type !== 'time') return { value, type: Number };
        // a spreadsheet knows no zone: the clock of the site is what it shows
        return { value: new Date(`${timeText(value, zone).replace(' ', 'T')}:00Z`), type: Date, format: 'yyyy-mm-dd hh:mm' };
      }),
    );
  return writeXlsxFile(
    rows as never,
    { columns: columns.map(() => ({ width: 20 })), sheet: say(WORDS.period, 'en') } as never,
  ).toBuffer();
}
