import { expect, type Page, test } from '@playwright/test';
import { hasContrast, isAccessible } from '../screens/accessible.ts';
import { type Person, signedIn } from '../screens/accounts.ts';
import { AppsScreen } from '../screens/apps.ts';
import { OperatorScreen } from '../screens/operator.ts';
import { dress, type Language, type Scheme, Shell } from '../screens/shell.ts';

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

for (const language of ['en', 'zh'] as const)
  test(`every place, ${language}`, async ({ browser }) => {
    test.slow();
    for (const scheme of ['light', 'dark'] as const) {
      const stranger = await (await browser.newContext()).newPage();
      await dress(stranger, language, scheme);
      await visit(stranger, '/sign-in', language, scheme);
      await isAccessible(stranger, `/sign-in (${language}, ${scheme})`);
      await stranger.context().close();
    }
    for (const [person, places] of Object.entries(PLACES)) {
      const page = await signedIn(browser, person as Person);
      await dress(page, language, 'light');
      for (const place of person === 'engineer' ? [...places, studio, screen] : places) await look(page, place, language);
      await page.context().close();
    }
  });

async function visit(page: Page, place: string, language: Language, scheme: Scheme) {
  await page.goto(place);
  await expect(page.locator('html'), `${place} is in ${language}`).toHaveAttribute('lang', new RegExp(`^${language}`));
  await expect(page.locator('html'), `${place} is ${scheme}`).toHaveAttribute('data-mantine-color-scheme', scheme);
  await expect(page.getByRole('heading', { level: 1 }), `${place} has its heading`).toHaveCount(1);
  await expect(page.locator('.mantine-Loader-root'), `${place} has loaded`).toHaveCount(0);
}

const other = (one: Scheme): Scheme => (one === 'light' ? 'dark' : 'light');

/** All rules as the page comes; then the person changes the appearance on it, and what depends on colour is looked at again. */
async function look(page: Page, place: string, language: Language) {
  await test.step(place, async () => {
    const scheme = (await chosenScheme(page)) ?? 'light';
    await visit(page, place, language, scheme);
    await isAccessible(page, `${place} (${language}, ${scheme})`);
    const changed = other(scheme);
    await new Shell(page).chooseScheme(changed);
    await expect(page.getByRole('menu'), 'the menu has closed').toHaveCount(0);
    await hasContrast(page, `${place} (${language}, ${changed})`);
  });
}

const chosenScheme = async (page: Page) =>
  (await page.context().cookies()).find(({ name }) => name === 'mw-scheme')?.value as Scheme | undefined;
