import { sayReason } from '#runtime/effects/reasons.ts';
import type { RecordRefusal } from '#runtime/records/write-record.ts';
import { AppError, defineErrors, type ErrorStatus } from '../errors.ts';

export const recordsFailed = defineErrors({
  'records.password': { family: 'user', status: 403, en: 'The password is wrong. Nothing was signed.', zh: '密码错误，未签名。' },
  'records.throttled': {
    family: 'user',
    status: 429,
    en: 'Too many attempts. Try again in {seconds} s.',
    zh: '尝试次数过多，请 {seconds} 秒后重试。',
  },
  'records.key-approves': {
    family: 'user',
    status: 403,
    en: 'An API key cannot do “{transition}”: a person has to answer for it.',
    zh: 'API 密钥不能执行“{transition}”，须由人员负责。',
  },
  'records.file': { family: 'user', status: 400, en: 'The file cannot be read: {why}', zh: '无法读取文件：{why}' },
  'records.file-columns': {
    family: 'user',
    status: 400,
    en: 'The file has no column “code” with the number of each record. It has: {columns}.',
    zh: '文件缺少“code”列（记录编号）。现有列：{columns}。',
  },
  'records.file-rows': {
    family: 'user',
    status: 413,
    en: 'The file has {rows} rows; at most {limit} are imported at once. Cut it into parts.',
    zh: '文件有 {rows} 行，一次最多导入 {limit} 行，请拆分文件。',
  },
  'records.file-changed': {
    family: 'user',
    status: 409,
    en: 'This is not the file that was looked at. Have it checked again.',
    zh: '该文件与预览时不同，请重新检查。',
  },
  'records.import-refused': {
    family: 'user',
    status: 409,
    en: '{count} records cannot be written any more; nothing was imported. Have the file checked again.',
    zh: '有 {count} 条记录已无法写入，未导入任何数据。请重新检查文件。',
  },
});

const STATUS: Readonly<Record<RecordRefusal['code'], ErrorStatus>> = {
  'record-missing': 404,
  'record-exists': 409,
  'record-version': 409,
  'record-transition': 409,
  'record-fields': 400,
  'record-data': 400,
  'record-relation': 400,
  'record-ended': 409,
  'record-circle': 409,
  'record-signature': 403,
  'record-large': 413,
};

/** A refusal of the store as an error of a call; where data were wrong, the field is named. */
export function refused({ code, params }: RecordRefusal): AppError {
  const message = sayReason({ code, params });
  if (!message) throw new Error(`no sentence for ${code}`);
  const { where, what } = params;
  const said = typeof what === 'object' ? what : message;
  return new AppError({
    code: `records.${code.slice('record-'.length)}`,
    family: 'user',
    status: STATUS[code],
    message,
    ...(typeof where === 'string' ? { fields: [{ path: where, message: said }] } : {}),
  });
}
