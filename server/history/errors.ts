import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'history.window': {
    family: 'user',
    status: 400,
    en: 'The window must end after it begins and span at most ten years.',
    zh: '时间窗的结束必须晚于开始，且跨度不超过十年。',
  },
  'history.export-size': {
    family: 'user',
    status: 413,
    en: 'More than {limit} samples: choose a shorter window, or CSV.',
    zh: '超过 {limit} 个样本：请缩短时间窗，或选择 CSV。',
  },
  'history.grid': {
    family: 'user',
    status: 400,
    en: 'The window cannot be cut like this: {why}.',
    zh: '无法按此方式划分时间窗：{why}。',
  },
});
