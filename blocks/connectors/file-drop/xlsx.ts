import { unzipSync } from 'fflate';
import { readSheet } from 'read-excel-file/universal';
import { ConnectorError } from '#blocks/sdk/connector.ts';

/** A workbook that unfolds to more is refused before it does. */
const MOST_BYTES = 200 * 1024 * 1024;

/** The first sheet of a workbook: the first row with anything in it has the headings. Dates are dates, in UTC as the sheet has no zone. Formulas give the value that was stored with them. */
export async function readXlsx(
  bytes: Buffer,
): Promise<{ readonly columns: readonly string[]; readonly rows: readonly { line: number; cells: Record<string, unknown> }[] }> {
  const sheet = await cellsOf(bytes);
  const first = sheet.findIndex((row) => row.some((cell) => cell !== null));
  const header = sheet[first];
  if (!header) throw new ConnectorError('data', 'file.empty', { en: 'The file is empty.', zh: '文件为空。' });
  const columns = header.map((cell) => (cell === null ? '' : String(cell).trim()));
  checkHeadings(columns, sheet.slice(first + 1));
  const rows = sheet.slice(first + 1).flatMap((row, i) => {
    if (row.every((cell) => cell === null)) return [];
    const named = columns.flatMap((name, at): [string, unknown][] => (name === '' ? [] : [[name, row[at] ?? '']]));
    return [{ line: first + i + 2, cells: Object.fromEntries(named) }];
  });
  return { columns: columns.filter((name) => name !== ''), rows };
}

/** A merged heading leaves its other columns without one: which of them is meant nobody can say. */
function checkHeadings(columns: readonly string[], body: readonly (readonly unknown[])[]): void {
  const width = Math.max(columns.length, ...body.map((row) => row.length));
  const unheaded = Array.from({ length: width }, (_, at) => at).filter(
    (at) => (columns[at] ?? '') === '' && body.some((row) => (row[at] ?? null) !== null),
  );
  const twice = columns.filter((name, at) => name !== '' && columns.indexOf(name) !== at);
  if (unheaded.length === 0 && twice.length === 0) return;
  const letters = unheaded.map(columnLetters).join(', ');
  throw new ConnectorError(
    'data',
    'file.headings',
    unheaded.length > 0
      ? {
          en: `Column ${letters} has values but no heading in the first row. Take merged headings apart and give each column one.`,
          zh: `第 ${letters} 列有数据但首行没有列名。请取消表头的合并单元格，并为每列填写列名。`,
        }
      : {
          en: `The heading “${twice[0]}” stands over several columns. Give each column its own.`,
          zh: `列名“${twice[0]}”重复。请为每列填写不同的列名。`,
        },
  );
}
/** 0 → A, 26 → AA. */
const columnLetters = (at: number): string =>
  (at >= 26 ? columnLetters(Math.floor(at / 26) - 1) : '') + String.fromCharCode(65 + (at % 26));

async function cellsOf(bytes: Buffer): Promise<readonly (readonly unknown[])[]> {
  try {
    let size = 0;
    // looks at the list of contents alone
    unzipSync(bytes, {
      filter: ({ originalSize }) => {
        size += originalSize;
        return false;
      },
    });
    if (size > MOST_BYTES) throw new Error(`it unfolds to ${Math.round(size / 1024 / 1024)} MB`);
    return await readSheet(Uint8Array.from(bytes).buffer);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new ConnectorError('data', 'file.xlsx', {
      en: `The file is no Excel workbook (.xlsx): ${said}`,
      zh: `文件不是有效的 Excel 工作簿（.xlsx）：${said}`,
    });
  }
}
