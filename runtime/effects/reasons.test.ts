import { expect, test } from 'vitest';
import { REASONS, reason, sayReason } from './reasons.ts';

test('every reason has the same parameters in both languages, and Chinese in the Chinese one', () => {
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
  for (const [code, { en, zh }] of Object.entries(REASONS)) {
    expect(names(zh), code).toEqual(names(en));
    expect(zh, code).toMatch(/\p{Script=Han}/u);
    expect(en, code).not.toMatch(/\p{Script=Han}/u);
  }
});

test('a reason is a code with parameters; the detail of a driver stays in the log', () => {
  const why = reason('receiver-away', { cause: 'ECONNREFUSED' }, 'connect ECONNREFUSED 10.0.0.7:25');
  expect(why).toEqual({
    code: 'receiver-away',
    params: { cause: 'ECONNREFUSED' },
    reason: 'The receiver does not answer (ECONNREFUSED). connect ECONNREFUSED 10.0.0.7:25',
  });
  expect(sayReason(why)).toEqual({
    en: 'The receiver does not answer (ECONNREFUSED).',
    zh: '接收方没有响应（ECONNREFUSED）。',
  });
  expect(sayReason({ ...why, params: { ...why.params, attempts: 8 } })?.zh).toBe(
    '接收方没有响应（ECONNREFUSED）。已尝试 8 次，不再重试。',
  );
  const cause = { en: 'Exception 2: no such register.', zh: '异常 2：寄存器不存在。' };
  expect(sayReason(reason('device-refused', { cause }))).toEqual({
    en: 'The device refused the write: Exception 2: no such register.',
    zh: '设备拒绝了写入：异常 2：寄存器不存在。',
  });
  expect(sayReason({ code: 'of-a-newer-version', params: {} })).toBeUndefined();
});
