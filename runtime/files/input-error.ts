/** An input file that cannot be used: which file, where in it, what is wrong and what would be right. `mw run` exits with 2. */
export class InputError extends Error {
  readonly code: string;
  readonly file: string;
  /** 1-based line of the file, where there is one. */
  readonly line: number | undefined;
  /** Column of the table or character of the line. */
  readonly column: string | undefined;
  constructor(code: string, message: string, at: { file: string; line?: number; column?: string }) {
    const place = `${at.file}${at.line === undefined ? '' : `:${at.line}`}${at.column === undefined ? '' : ` [${at.column}]`}`;
    super(`${place}: ${message}`);
    this.name = 'InputError';
    this.code = code;
    this.file = at.file;
    this.line = at.line;
    this.column = at.column;
  }
}
