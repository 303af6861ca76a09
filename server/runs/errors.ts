import { defineErrors } from '../errors.ts';

export const pinFailed = defineErrors({
  'pin.no-worker': {
    family: 'operator',
    status: 503,
    en: 'No worker answered within {seconds} s. Its state is under Health; the values come when it is back.',
    zh: '工作进程在 {seconds} 秒内未响应。请查看系统健康状态；恢复后数值会自动更新。',
  },
  'pin.window': {
    family: 'user',
    status: 400,
    en: 'The window must end after it begins and span at most {days} days.',
    zh: '时间窗的结束必须晚于开始，且跨度不超过 {days} 天。',
  },
  'pin.file-size': {
    family: 'user',
    status: 413,
    en: 'The file has {size} MB; at most {limit} MB are taken. Take a part of it, or save it as Parquet.',
    zh: '文件大小为 {size} MB，上限为 {limit} MB。请截取一部分，或另存为 Parquet。',
  },
});
