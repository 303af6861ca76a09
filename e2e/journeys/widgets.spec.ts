import { expect, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { signedIn } from '../screens/accounts.ts';
import { OperatorScreen } from '../screens/operator.ts';
import { dress } from '../screens/shell.ts';
import { StudioScreen } from '../screens/studio.ts';
import { workshop } from '../screens/workshop-app.ts';

/** A workshop is planned by a press: the plan, where it happens, what leads to what, and whether it is as good as the literature says. */
test('a plan on a screen: Gantt, floor, links, table and a check against the published optimum', async ({ browser, baseURL }) => {
  test.slow();
  const page = await signedIn(browser, 'engineer');
  const mutate = async <T>(procedure: string, json: unknown): Promise<T> => {
    const answer = await page.request.post(`${baseURL}/api/trpc/${procedure}`, {
      data: { json },
      headers: { origin: baseURL ?? '' },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    return (await answer.json()).result.data.json as T;
  };
  const { id } = await mutate<{ id: string }>('apps.create', { name: workshop.name, graph: workshop.graph });
  await mutate('apps.save', { appId: id, revision: 0, screens: workshop.screens });
  await page.goto(`/studio/${id}`);
  const studio = new StudioScreen(page);
  await studio.isOpen(workshop.name.en);
  await studio.deploy(/^AIR-01/, {});
  await page.getByTestId('deploy-open-screen').click();
  const screen = new OperatorScreen(page);
  await screen.isLive();
  await screen.write('Lots to release', 1);

  const check = page.getByTestId('widget-best');
  await expect(check.getByRole('status'), 'the plan is the published optimum').toHaveText('Passed', { timeout: 60_000 });
  await expect(check.locator('dd').first(), 'in minutes').toHaveText('55 min');
  await expect(screen.picture('Plan')).toHaveAttribute('aria-label', /36 operations on 6 resources/);
  await expect(page.getByTestId('widget-floor').getByRole('img', { name: 'Load of the machines' })).toHaveAttribute(
    'aria-label',
    /6 places, 1 abnormal/,
  );
  await expect(screen.picture('Ways of the work')).toHaveAttribute('aria-label', /6 items/);

  // sorted by a click, numbers as numbers
  const table = page.getByTestId('widget-rows').getByRole('table');
  await table.getByRole('button', { name: /job/i }).click();
  await expect(table.locator('tbody tr').first()).toContainText('J1');
  const saved = page.waitForEvent('download');
  await page.getByTestId('widget-rows').getByRole('button', { name: 'Save as CSV' }).click();
  expect((await saved).suggestedFilename()).toBe('Operations.csv');

  // the same on paper: a PDF and a workbook among the documents of the company
  const papers = page.getByTestId('widget-papers').getByRole('link');
  await expect(papers).toHaveCount(2, { timeout: 60_000 });
  const files = await Promise.all(
    (await papers.all()).map(async (link) => page.request.get((await link.getAttribute('href')) ?? '')),
  );
  const types = files.map((file) => file.headers()['content-type']);
  expect(types.sort()).toEqual(['application/pdf', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']);

  for (const [language, scheme] of [
    ['en', 'light'],
    ['zh', 'dark'],
  ] as const) {
    await dress(page, language, scheme);
    await page.reload();
    await expect(page.getByTestId('widget-plan').locator('div[role=img]')).toBeVisible();
    await isAccessible(page, `workshop (${language}, ${scheme})`);
  }
  await page.context().close();
});
