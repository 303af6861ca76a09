import { type Browser, expect, type Page, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { type Person, signedIn } from '../screens/accounts.ts';
import { AppsScreen } from '../screens/apps.ts';
import { OperatorScreen } from '../screens/operator.ts';
import { dress, type Language, type Scheme } from '../screens/shell.ts';

/** Every place of the product, in both languages and both appearances: nothing that WCAG A or AA forbids. */
test.describe.configure({ mode: 'serial' });

const PLACES: Readonly<Partial<Record<Person, readonly string[]>>> = {
  engineer: [
    '/',
    '/apps',
    '/plant',
    '/sources',
    '/operate',
    '/alarms',
    '/history',
    '/records',
    '/records?kind=recipe',
    '/runs',
    '/runs?tab=traces',
    '/market',
    '/market/millwright/compressor-guard',
    '/publish',
    '/admin',
    '/blocks',
    '/blocks/quality.ewma',
    '/no-such-page',
  ],
  owner: ['/market/millwright/compressor-guard/install'],
  reviewer: ['/review'],
};
const APPEARANCES = [
  ['en', 'light'],
  ['en', 'dark'],
  ['zh', 'light'],
  ['zh', 'dark'],
] as const;

let studio = '';
let screen = '';

test('an app to look at', async ({ browser }) => {
  const page = await signedIn(browser, 'engineer');
  const apps = new AppsScreen(page);
  await apps.open();
  const opened = await apps.create('Air station, looked at', 'compressor-guard');
  studio = new URL(page.url()).pathname;
  await opened.deploy(/^AIR-01/, { temperature: /^C101\.OilTemperature/ });
  await page.getByTestId('deploy-open-screen').click();
  await new OperatorScreen(page).isLive();
  screen = new URL(page.url()).pathname;
  await page.context().close();
});

for (const [language, scheme] of APPEARANCES)
  test(`every place, ${language}, ${scheme}`, async ({ browser }) => {
    test.slow();
    const stranger = await (await browser.newContext()).newPage();
    await dress(stranger, language, scheme);
    await look(stranger, '/sign-in', language, scheme);
    await stranger.context().close();
    for (const [person, places] of Object.entries(PLACES)) {
      const page = await dressed(browser, person as Person, language, scheme);
      for (const place of person === 'engineer' ? [...places, studio, screen] : places) await look(page, place, language, scheme);
      await page.context().close();
    }
  });

async function dressed(browser: Browser, person: Person, language: Language, scheme: Scheme): Promise<Page> {
  const page = await signedIn(browser, person);
  await dress(page, language, scheme);
  return page;
}

async function look(page: Page, place: string, language: Language, scheme: Scheme) {
  await test.step(place, async () => {
    await page.goto(place);
    await expect(page.locator('html'), `${place} is in ${language}`).toHaveAttribute('lang', new RegExp(`^${language}`));
    await expect(page.locator('html'), `${place} is ${scheme}`).toHaveAttribute('data-mantine-color-scheme', scheme);
    await expect(page.getByRole('heading', { level: 1 }), `${place} has its heading`).toHaveCount(1);
    await expect(page.locator('.mantine-Loader-root'), `${place} has loaded`).toHaveCount(0);
    await isAccessible(page, `${place} (${language}, ${scheme})`);
  });
}
