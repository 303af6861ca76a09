type Cell = string | number | boolean | null;

/**
 * RFC 4180, with a byte order mark so that spreadsheets read Chinese. Text that a spreadsheet would run as a formula (OWASP, CSV injection) is written
 * after an apostrophe: names and texts come from machines and other people.
 */
export const csvText = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  `\uFEFF${[head, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;

function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
