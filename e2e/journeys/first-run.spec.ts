import { expect, type Page, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { FirstRunScreen } from '../screens/first-run.ts';
import { OwnProduct } from '../screens/own-product.ts';
import { SignInScreen } from '../screens/sign-in.ts';

/** `npm start -- --no-demo`: a platform of one's own, from the first look to the morning after a power cut. */
const product = new OwnProduct('--no-demo');
const person = { organization: '安信机械', name: '周敏', email: 'zhou@anxin.example', password: 'a long sentence to keep' };
test.afterAll(() => product.remove());

test('an empty platform is set up once, and is there again after every process was killed', async ({ browser }) => {
  test.slow();
  const said = await product.start();
  expect(said, 'no demo accounts in the terminal').not.toContain('demo.millwright.local');
  const context = () => browser.newContext({ baseURL: product.address });
  const page = await (await context()).newPage();
  const late = await (await context()).newPage();
  const first = new FirstRunScreen(page);
  const second = new FirstRunScreen(late);

  await test.step('whoever opens it sets it up, in either language', async () => {
    await page.goto('/');
    await first.isOpen();
    await isAccessible(page, 'first run');
    await page.getByText('中文', { exact: true }).click();
    await expect(page.getByRole('heading', { level: 2 })).toHaveText('初始设置');
    await isAccessible(page, 'first run, Chinese');
    await late.goto('/sign-in');
    await second.isOpen();
    await first.fillIn(person);
    await first.submit();
    await new SignInScreen(page).isPassed();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(person.organization);
  });

  await test.step('who comes second is told so, and is shown the way in', async () => {
    await second.fillIn({ ...person, email: 'late@anxin.example' });
    await second.submit();
    await expect(second.problem()).toContainText('set up already');
    await late.goto('/first-run');
    await expect(late).toHaveURL(/\/sign-in$/);
  });

  await test.step('there is no demo plant, and nobody makes an account uninvited', async () => {
    await page.goto('/sources');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByText(/OPC UA|Modbus/).first(), 'no connection is there').toBeHidden();
    const answer = await late.request.post('/api/auth/sign-up/email', {
      data: { name: 'Stranger', email: 'stranger@anxin.example', password: person.password },
    });
    expect([answer.status(), ((await answer.json()) as { code: string }).code]).toEqual([403, 'SIGN_UP_BY_INVITATION']);
  });

  await test.step('each process is killed; the supervisor brings every one back, the database too', async () => {
    const killed = product.killChildren();
    expect(killed.length, 'gateway, worker, historian, web, PostgreSQL').toBeGreaterThanOrEqual(5);
    const again = () => product.replaced(killed);
    await expect.poll(again, { timeout: 60_000, message: 'others in their place' }).toBe(killed.length);
    await isWell(late);
  });

  await test.step('everything is killed at once; the next start heals it and nothing is lost', async () => {
    expect(await product.killAll(), 'supervisor, gateway, worker, historian, web, PostgreSQL').toBeGreaterThanOrEqual(6);
    await product.start();
    const signIn = new SignInScreen(late);
    await signIn.open();
    await signIn.enter(person.email, person.password);
    await signIn.isPassed();
    await expect(late.getByRole('heading', { level: 1 })).toHaveText(person.organization);
    await isWell(late);
  });
});

/** All parts of it say that they are well: none that was killed is still counted as silent. */
async function isWell(page: Page) {
  const status = async () => {
    const answer = await page.request.get('/api/health').catch(() => undefined);
    return answer ? ((await answer.json()) as { status: string }).status : 'no answer';
  };
  await expect.poll(status, { timeout: 60_000, message: 'health' }).toBe('ok');
}
