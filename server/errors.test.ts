import { expect, it } from 'vitest';
import { z } from 'zod';
import { AppError, asAppError, defineErrors, failed, invalidInput, notFound } from './errors.ts';

it('fills both languages, with parts that differ by language', () => {
  const { facts } = notFound('Tag', '位号');
  expect(facts).toMatchObject({ code: 'access.not-found', family: 'user', status: 404 });
  expect(facts.message.en).toBe('Tag was not found. It may have been removed, or belongs to another organization.');
  expect(facts.message.zh).toBe('未找到位号。它可能已被删除，或属于其他组织。');
});

it('wants the parameters that the sentence names, by type', () => {
  const own = defineErrors({ 'x.y': { family: 'user', status: 409, en: '{name} is {age}', zh: '{name}：{age}' } });
  expect(own('x.y', { name: 'n', age: 3 }).facts.message).toEqual({ en: 'n is 3', zh: 'n：3' });
  // @ts-expect-error: age is missing
  own('x.y', { name: 'n' });
  // @ts-expect-error: the sentence has parameters
  own('x.y');
});

it('says refused input by field in both languages, in the rule’s own words where it has some', () => {
  const schema = z.object({
    a: z.number().min(3),
    b: z.string().refine(() => false, { params: { en: 'must be blue', zh: '必须是蓝色' } }),
  });
  const result = schema.safeParse({ a: 1, b: 'red' });
  if (result.success) throw new Error('expected a refusal');
  const { facts } = invalidInput(result.error.issues);
  expect(facts.code).toBe('input.invalid');
  expect(facts.fields?.[0]?.path).toBe('a');
  expect(facts.fields?.[0]?.message.en).toMatch(/3/);
  expect(facts.fields?.[0]?.message.zh).toMatch(/\p{Script=Han}/u);
  expect(facts.fields?.[1]).toEqual({ path: 'b', message: { en: 'must be blue', zh: '必须是蓝色' } });
});

it('keeps known errors, names a database that is away, and hides the words of everything else', () => {
  const known = failed('access.sign-in-needed');
  expect(asAppError(new Error('outer', { cause: known }), 'r')).toBe(known);
  expect(asAppError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'r').facts.code).toBe(
    'platform.database-away',
  );
  expect(asAppError(Object.assign(new Error('starting'), { code: '57P03' }), 'r').facts.status).toBe(503);
  const unknown = asAppError(new Error('password=hunter2'), 'abc12345');
  expect(unknown).toBeInstanceOf(AppError);
  expect(unknown.facts.message.en).toContain('abc12345');
  expect(JSON.stringify(unknown.facts)).not.toContain('hunter2');
});

it('survives an error that is its own cause', () => {
  const loop = new Error('loop');
  loop.cause = loop;
  expect(asAppError(loop, 'r').facts.code).toBe('platform.failed');
});
