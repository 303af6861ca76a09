import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { cheapestAge, replacementCost } from './weibull.ts';

testBlock(import.meta.url);

test('age replacement at shape 2.5, scale 1,000, costs 1,000 and 5,000: 493 h, 3.4620 per hour against 5.6353', () => {
  // an independent calculation by numerical integration
  const policy = cheapestAge({ shape: 2.5, scale: 1000 }, 1000, 5000);
  expect(Math.abs(policy.age - 493.05)).toBeLessThan(1);
  expect(policy.cost).toBeCloseTo(3.462, 3.3);
  expect(policy.runToFailure).toBeCloseTo(5.6353, 4);
});

test('without wear waiting for the failure is the cheapest', () => {
  expect(cheapestAge({ shape: 1, scale: 1000 }, 1000, 5000).age).toBe(Number.POSITIVE_INFINITY);
  expect(cheapestAge({ shape: 0.8, scale: 1000 }, 1000, 5000).age).toBe(Number.POSITIVE_INFINITY);
  // closed form: an exponential life costs (cp·R + cf·F)/(η·F)
  const share = 1 - Math.exp(-0.5);
  expect(replacementCost({ shape: 1, scale: 1000 }, 500, 1000, 5000)).toBeCloseTo(
    (1000 * (1 - share) + 5000 * share) / (1000 * share),
    10,
  );
});
