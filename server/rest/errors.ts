import { defineErrors } from '../errors.ts';

export const restFailed = defineErrors({
  'api.key-missing': {
    family: 'user',
    status: 401,
    en: 'Send an API key of your organization: "Authorization: Bearer mw_…". Administrators create keys under Admin, API keys.',
    zh: '请携带组织的 API 密钥：“Authorization: Bearer mw_…”。管理员可在“管理 → API 密钥”中创建。',
  },
  'api.key-refused': {
    family: 'user',
    status: 401,
    en: 'This API key is not known, was revoked or has expired.',
    zh: 'API 密钥无效、已吊销或已过期。',
  },
  'api.scope-missing': {
    family: 'user',
    status: 403,
    en: 'This API key lacks the scope {scope}. Create one that has it.',
    zh: '该 API 密钥缺少权限 {scope}，请创建具有该权限的密钥。',
  },
  'api.no-such-address': {
    family: 'user',
    status: 404,
    en: 'There is nothing at {method} {path}. The interface is described at /api/v1/openapi.json.',
    zh: '{method} {path} 不存在。接口说明见 /api/v1/openapi.json。',
  },
  'api.not-json': {
    family: 'user',
    status: 400,
    en: 'The body is not JSON: {why}',
    zh: '请求正文不是 JSON：{why}',
  },
  'api.body-too-large': {
    family: 'user',
    status: 413,
    en: 'The body is larger than {limit} bytes. Send it in parts.',
    zh: '请求正文超过 {limit} 字节，请分批发送。',
  },
  'api.log-busy': {
    family: 'operator',
    status: 503,
    en: 'The log does not take samples just now. Send the same samples again in a moment; repeated ones do no harm.',
    zh: '日志暂时无法写入。请稍后重新发送相同样本，重复的样本不会造成影响。',
  },
});
