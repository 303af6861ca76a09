import { unzipSync } from 'fflate';
import { readSheet } from 'read-excel-file/universal';
import { ConnectorError } from '#blocks/sdk/connector.ts';

/** A workbook that unfolds to more is refused before it does. */
const MOST_BYTES = 200 * 1024 * 1024;

/** The first sheet of a workbook: the first row with anything in it has the headings. Dates are dates, in UTC as the sheet has no zone. */
export async function readXlsx(
  bytes: Buffer,
): Promise<{ readonly columns: readonly string[]; readonly rows: readonly { line: number; cells: Record<string, unknown> }[] }> {
  const sheet = await cellsOf(bytes);
  const first = sheet.findIndex((row) => row.some((cell) => cell !== null));
  const header = sheet[first];
  if (!header) throw new ConnectorError('data', 'file.empty', { en: 'The file is empty.', zh: '文件为空。' });
  const columns = header.map((cell) => (cell === null ? '' : String(cell).trim()));
  const rows = sheet.slice(first + 1).flatMap((row, i) => {
    if (row.every((cell) => cell === null)) return [];
    const named = columns.flatMap((name, at): [string, unknown][] => (name === '' ? [] : [[name, row[at] ?? '']]));
    return [{ line: first + i + 2, cells: Object.fromEntries(named) }];
  });
  return { columns: columns.filter((name) => name !== ''), rows };
}

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
