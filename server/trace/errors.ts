import { defineErrors } from '../errors.ts';

export const traceFailed = defineErrors({
  'trace.no-entry': {
    family: 'user',
    status: 404,
    en: 'Lane {lane} has no entry {seq}: it was not appended yet, or is no longer kept in the log.',
    zh: '通道 {lane} 中没有第 {seq} 条记录：尚未写入，或日志已不再保留。',
  },
  'trace.no-sample': {
    family: 'user',
    status: 404,
    en: 'Nothing of this tag stands in the newest {entries} entries of its connection. Wait until a value arrives.',
    zh: '该位号在其连接最近的 {entries} 条记录中没有数据，请等待新的数值到达。',
  },
});
