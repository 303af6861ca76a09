import { refusedUser } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, messageOf, networkError } from '#blocks/sdk/connector.ts';

/** Values as the text that the server writes; NULL is null. Dates and wide numbers lose nothing on the way. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Column {
  readonly name: string;
  /** The server's own name of the type: `timestamptz`, `datetime(6)`. */
  readonly type: string;
}

/** One session with one database, whatever the dialect. */
export interface Database {
  readonly where: string;
  rows(sql: string, values?: readonly (string | number | null)[]): Promise<readonly TextRow[]>;
  /** `?`-marks of the statement as the dialect wants them, counted from 1. */
  mark(n: number): string;
  name(...parts: readonly string[]): string;
  /** Tables and views that this user may read. */
  tables(): Promise<readonly { readonly schema: string; readonly table: string }[]>;
  columns(table: readonly string[]): Promise<readonly Column[]>;
  /** The parameter as a value of a column's type. */
  cast(mark: string, type: string): string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly timeoutMs: number;
  /** `off`, `machine` (trusted by this machine's authorities), or a certificate that a person trusts. */
  readonly tls: false | true | { readonly ca: string };
  readonly lost: (error: ConnectorError) => void;
}

const TABLE = {
  en: 'The table or view does not exist, or this user may not see it.',
  zh: '表或视图不存在，或该用户无权查看。',
};
const DENIED = { en: 'This user may not do that with this table.', zh: '该用户没有对此表执行此操作的权限。' };

/** What SQLSTATEs and MySQL's numbers mean for a source. */
export function databaseError(error: unknown, where: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code, errno } = error as { code?: string; errno?: number };
  const said = messageOf(error);
  const told = (text: { en: string; zh: string }) => ({ en: `${text.en} (${said})`, zh: `${text.zh}（${said}）` });
  if (code === '28P01' || code === '28000' || errno === 1045)
    return new ConnectorError('permission', 'sql.credentials', refusedUser(where));
  if (code === '3D000' || errno === 1049)
    return new ConnectorError('address', 'sql.database', told({ en: 'There is no such database.', zh: '没有该数据库。' }));
  if (code === '42P01' || code === '3F000' || errno === 1146) return new ConnectorError('address', 'sql.table', told(TABLE));
  if (code === '42703' || errno === 1054)
    return new ConnectorError(
      'address',
      'sql.column',
      told({
        en: 'The table has no such column (any more). Correct the address, or bring the column back.',
        zh: '表中没有（或已不再有）该列。请更正地址，或恢复该列。',
      }),
    );
  if (code === '42501' || errno === 1142 || errno === 1143 || errno === 1044)
    return new ConnectorError('permission', 'sql.denied', told(DENIED));
  if (code === '57014' || errno === 1969 || errno === 3024)
    return new ConnectorError(
      'device',
      'sql.slow',
      told({
        en: 'The database did not finish within the time limit. An index on the cursor column helps most.',
        zh: '数据库未能在时限内完成查询。为游标列建立索引通常最有效。',
      }),
    );
  if (code?.startsWith('22') || code?.startsWith('23') || errno === 1366 || errno === 1292 || errno === 1062 || errno === 1048)
    return new ConnectorError('address', 'sql.value', told({ en: 'The table refuses the value.', zh: '表拒绝了该值。' }));
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' && !code.startsWith('57'))
    return new ConnectorError('device', 'sql.failed', told({ en: 'The database refuses.', zh: '数据库拒绝执行。' }));
  if (typeof errno === 'number' && errno >= 1000 && errno < 5000)
    return new ConnectorError('device', 'sql.failed', told({ en: 'The database refuses.', zh: '数据库拒绝执行。' }));
  return networkError(error, where);
}
