import type { Trouble, TroubleCode } from './troubles.ts';

/** What keeps something from being stored, by the code of PostgreSQL or of the file system. */
const CODES: Readonly<Record<string, TroubleCode>> = {
  '53100': 'database-full',
  '53200': 'database-memory',
  '25006': 'database-read-only',
  '58030': 'database-disk',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-denied',
  EIO: 'disk-error',
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

/** What may be shown to anyone; the error itself belongs in the log. */
export function refusalOf(error: unknown): Trouble {
  const code = codeOf(error);
  const known = CODES[code];
  if (known) return { code: known };
  return code ? { code: 'failed', params: { code } } : { code: 'failed-unknown' };
}
