/** What keeps something from being stored, for people who may not see paths or addresses; by the code of PostgreSQL or of the file system. */
const WORDS: Readonly<Record<string, string>> = {
  '53100': 'the disk of the database is full',
  '53200': 'the database is out of memory',
  '25006': 'the database is read-only',
  '58030': 'the disk of the database has an error',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'the data folder is read-only',
  EACCES: 'the data folder may not be written',
  EIO: 'the disk has an error',
};
/** 53100 disk full, 53200 out of memory, 25006 read-only, 58030 the disk itself: the statement was right, its time was not. */
const PASSING = new Set(['53100', '53200', '25006', '58030']);

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const own = (error as { code?: unknown }).code;
  return typeof own === 'string' ? own : codeOf(error.cause);
};

/** The database would take this at another time. */
export const isPassing = (error: unknown): error is Error => PASSING.has(codeOf(error));

/** A sentence that may be shown to anyone; the error itself belongs in the log. */
export function refusalText(error: unknown): string {
  const code = codeOf(error);
  return WORDS[code] ?? (code ? `it failed (${code})` : 'it failed; the log says why');
}
