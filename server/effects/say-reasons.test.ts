import { expect, it } from 'vitest';
import { sayLetter } from './say-reasons.ts';

it('says in both languages what came where something else was needed, and shows it', () => {
  expect(sayLetter({ reason: 'SCHEMA number text 3: 12 bar', laneId: null })).toEqual({
    reason: {
      en: 'The source takes a number, and a text came, 3 times. It was not used.',
      zh: '该源需要数值，收到的是文本（3 次），未采用。',
    },
    detail: '12 bar',
  });
  expect(sayLetter({ reason: 'SCHEMA wave number 1: 7', laneId: null }).reason.en).toBe(
    'The source takes a waveform, and a number came. It was not used.',
  );
  // what a block threw is its own text
  expect(sayLetter({ reason: 'SCHEMA of mine', laneId: null }).detail).toBe('SCHEMA of mine');
});
