import { expect, it } from 'vitest';
import { readView, windowOf, writeView } from './view.ts';

it('an address brings back what it was made from', () => {
  for (const view of [
    { ids: [3, 17], from: 1_700_000_000_000, to: 1_700_000_360_000 },
    { ids: [5], last: 900_000 },
  ])
    expect(readView(new URLSearchParams(writeView(view).slice(1)))).toEqual(view);
});
it('nonsense in an address shows the last hour', () => {
  expect(readView(new URLSearchParams('ids=a,-1,2.5,7&from=9&to=3&last=x'))).toEqual({ ids: [7], last: 3_600_000 });
  expect(windowOf({ ids: [], last: 1000 }, 5000)).toEqual({ from: 4000, to: 5000 });
});
