import { expect, test } from 'vitest';
import { dingtalkSign, feishuSign, webhookSign } from './signatures.ts';

test('DingTalk and Feishu sign as the Python programs of their documentation do', () => {
  // made with the published programs (base64.b64encode(hmac.new(…, digestmod=hashlib.sha256).digest())) under CPython's hmac
  expect(encodeURIComponent(dingtalkSign(1_546_084_445_901, 'this is secret'))).toBe(
    'iZUamRUhDrNjadIMypR3HzMCRArfP4PWgn33Azh7zVk%3D',
  );
  expect(feishuSign(1_599_360_473, 'demo')).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=');
});

test('a webhook is signed as the example of the Standard Webhooks documentation', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  expect(webhookSign('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}', secret)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});
