import { type ColumnList, columnsFrom, defineBlock, field, z } from '#blocks/sdk/index.ts';
import { columnName } from '../map/columns.ts';
import { maskRow } from './mask.ts';

const columns: ColumnList = { param: 'columns', typeBy: { field: 'how', types: { hash: 'text', band: 'text', prefix: 'text' } } };

export default defineBlock({
  id: 'transform.mask',
  version: '1.0.0',
  title: { en: 'Mask columns', zh: '数据脱敏' },
  summary: {
    en: 'Lets through only the listed columns: as they are, as a keyed hash, as a band of numbers, or shortened. Everything else is dropped.',
    zh: '只放行所列各列：原样、加密钥散列、数值分段或截短；其余一律删除。',
  },
  words: { en: 'pseudonym anonymise hash privacy drop generalise', zh: '匿名 假名 散列 隐私 脱敏 泛化' },
  icon: 'mask',
  reference: 'RFC 2104, FIPS 180-4 (HMAC-SHA-256); ISO/IEC 20889; GB/T 37964',
  params: z
    .object({
      columns: field(
        z
          .array(
            z.object({
              name: columnName,
              from: columnName.optional(),
              how: z.enum(['keep', 'hash', 'band', 'prefix']).default('keep'),
              /** Width of a band. */
              width: z.number().positive().optional(),
              /** Characters kept of a text. */
              length: z.number().int().min(1).optional(),
            }),
          )
          .min(1)
          .max(200)
          .refine((list) => list.every((c) => c.how !== 'band' || c.width !== undefined), {
            message: "a band needs a 'width' | 分段（band）须给出宽度 width",
          })
          .refine((list) => list.every((c) => c.how !== 'prefix' || c.length !== undefined), {
            message: "a prefix needs a 'length' | 截短（prefix）须给出保留长度 length",
          })
          .refine((list) => new Set(list.map((c) => c.name)).size === list.length, {
            message: 'two columns get the same name | 有两列使用了同一名称',
          })
          .refine((list) => !list.some((c) => ['time', 'key', 'quality'].includes(c.name)), {
            message: "every row has 'time', 'key' and 'quality': give another name | 每行已有 time、key、quality，请另取名称",
          }),
        {
          title: { en: 'Columns let through', zh: '放行的列' },
          help: {
            en: 'name, from, how: keep, hash, band (with width) or prefix (with length).',
            zh: 'name、from、how：keep 原样，hash 散列，band 分段（给 width），prefix 截短（给 length）。',
          },
        },
      ),
      secret: field(z.string().min(16).max(200).optional(), {
        title: { en: 'Key of the hash', zh: '散列密钥' },
        help: {
          en: 'At least 16 characters; the same key gives the same pseudonyms. Take it from an app parameter.',
          zh: '至少 16 个字符；密钥相同则假名相同。请用应用参数给出。',
        },
      }),
      digits: field(z.number().int().min(8).max(64).default(16), { title: { en: 'Digits of the hash', zh: '散列位数' } }),
    })
    .refine((p) => p.secret !== undefined || !p.columns.some((c) => c.how === 'hash'), {
      path: ['secret'],
      message: 'a hash needs a key: without one anybody can try all values | 散列须有密钥，否则可被穷举',
    }),
  carry: 'none',
  input: columnsFrom('columns'),
  output: columnsFrom([columns]),
  each: (row, _s, p) => maskRow(row, p.columns, p.secret ?? '', p.digits),
});
