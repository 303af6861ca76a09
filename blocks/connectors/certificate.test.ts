import { expect, test } from 'vitest';
import { certificateFacts, certificateFailure } from './certificate.ts';

const facts = (until: string) => ({ fingerprint: 'ab'.repeat(32), subject: 'CN=plc-7', validUntil: new Date(until) });
const now = Date.parse('2024-03-01T00:00:00Z');

test.each([
  ['trusted', '2025-01-01', undefined],
  ['pending', '2025-01-01', 'certificate.untrusted'],
  ['rejected', '2025-01-01', 'certificate.rejected'],
  ['trusted', '2024-02-01', 'certificate.expired'],
  ['pending', '2024-02-01', 'certificate.expired'],
] as const)('%s, valid until %s: %s', (decision, until, code) => {
  const failure = certificateFailure(decision, facts(until), 'plc:4840', now);
  expect(failure?.code).toBe(code);
  if (!failure) return;
  expect(failure.part).toBe('certificate');
  expect(failure.text.en).toContain('plc:4840');
  expect(failure.text.zh).toContain('plc:4840');
  if (code === 'certificate.expired') expect(failure.text.en).toContain('2024-02-01');
});

test('what is no certificate is refused', () => {
  expect(() => certificateFacts(Buffer.from('no'))).toThrow();
});
