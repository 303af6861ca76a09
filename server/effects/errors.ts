import { defineErrors } from '../errors.ts';

export const effectsFailed = defineErrors({
  'effects.settled': {
    family: 'user',
    status: 409,
    en: 'This was decided already, or its app is gone. The list shows what is still open.',
    zh: '此项已处理，或其应用已移除。列表已显示仍待处理的项目。',
  },
  'effects.row-not-kept': {
    family: 'user',
    status: 409,
    en: 'A block refused this single row while the rest of its entry passed; the row alone cannot be given again. Mend the app, or drop it.',
    zh: '该行被积木拒绝，而同一条目的其余部分已处理，无法单独重试。请修改应用，或将其丢弃。',
  },
  'effects.command-stays': {
    family: 'user',
    status: 409,
    en: 'A command is not repeated later: the app knows that it failed and may have acted since. Give a new command on the operator screen.',
    zh: '指令不会延后重发：应用已得知失败，可能已采取其他动作。请在操作画面重新下发。',
  },
});
