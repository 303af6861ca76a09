import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'alarm.no-effect': {
    family: 'user',
    status: 409,
    en: 'This alarm changed meanwhile; there is nothing to {action} any more. The list shows its state now.',
    zh: '该报警状态已变化，无法再{action}。列表已显示当前状态。',
  },
});
export const ACTION_WORDS = {
  acknowledge: { en: 'acknowledge', zh: '确认' },
  shelve: { en: 'shelve', zh: '搁置' },
  unshelve: { en: 'unshelve', zh: '取消搁置' },
} as const;
