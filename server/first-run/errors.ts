import { defineErrors } from '../errors.ts';

export const firstRunFailed = defineErrors({
  'first-run.over': {
    family: 'user',
    status: 409,
    en: 'This platform is set up already. Sign in, or ask its administrators for an invitation.',
    zh: '本平台已完成初始设置。请直接登录，或联系管理员获取邀请。',
  },
});
