import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'operate.not-running': {
    family: 'user',
    status: 412,
    en: 'The app does not run here now, so nothing was sent. {why}',
    zh: '该应用当前未在此运行，指令未发送。{why}',
  },
  'operate.entry': {
    family: 'user',
    status: 400,
    en: '“{title}” was not sent. {why}',
    zh: '“{title}”未提交。{why}',
  },
  'operate.confirmation-over': {
    family: 'user',
    status: 409,
    en: 'This command is no longer waiting: it was {state}.',
    zh: '该指令已不再等待确认：{state}。',
  },
  'operate.controlled': {
    family: 'user',
    status: 409,
    en: 'Control was not taken. {why}',
    zh: '未取得控制权。{why}',
  },
  'operate.confirmed-already': {
    family: 'user',
    status: 409,
    en: 'You have confirmed this already; another person must confirm it too.',
    zh: '您已确认过，还需要另一人确认。',
  },
});
export const CONFIRMATION_WORDS = {
  open: { en: 'open', zh: '待确认' },
  confirmed: { en: 'confirmed', zh: '已确认' },
  refused: { en: 'refused', zh: '已拒绝' },
  expired: { en: 'not answered in time', zh: '超时未答' },
} as const;
