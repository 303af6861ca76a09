import { type Browser, expect, type Page, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { ACCOUNTS, PASSWORD, signedIn } from '../screens/accounts.ts';
import { AlarmsScreen } from '../screens/alarms.ts';
import { AppsScreen } from '../screens/apps.ts';
import { HistoryScreen } from '../screens/history.ts';
import { InstallScreen, MarketScreen } from '../screens/market.ts';
import { OperatorScreen } from '../screens/operator.ts';
import { PlantScreen } from '../screens/plant.ts';
import { breakPlant, repairPlant } from '../screens/plant-faults.ts';
import { PublishScreen } from '../screens/publish.ts';
import { ReviewScreen } from '../screens/review.ts';
import { Shell } from '../screens/shell.ts';
import { SignInScreen } from '../screens/sign-in.ts';
import { SourcesScreen } from '../screens/sources.ts';

/**
 * From a machine's value to an app installed in another factory: one plant, four persons, one story. The tests build on each other.
 */
test.describe.configure({ mode: 'serial' });

/** What the story makes; looked for by name in later chapters. */
const SPECTRUM = 'Pump 1 vibration';
const WATCH = 'Set-point watch';
const GUARD = 'Baoan air guard';
const SLUG = 'air-guard';
const AIR = /^AIR-01/;
const ROLES_OF_GUARD = { temperature: /^C101\.OilTemperature/ };

let page: Page;
const as = async (browser: Browser, person: keyof typeof ACCOUNTS) => {
  page = await signedIn(browser, person);
  return page;
};
test.afterEach(async () => {
  await page?.context().close();
});
test.afterAll(repairPlant);

test('1 · the product is well, refuses a wrong password and lets the engineer in', async ({ browser, request }) => {
  page = await (await browser.newContext()).newPage();
  await test.step('health', async () => {
    const answer = await request.get('/api/health');
    expect(answer.status(), `health answers: ${await answer.text()}`).toBe(200);
  });
  const signIn = new SignInScreen(page);
  await signIn.open();
  await isAccessible(page, 'sign-in');
  await test.step('a wrong password says what to check', async () => {
    await signIn.enter(ACCOUNTS.engineer, 'not-the-password');
    await expect(signIn.problem()).toContainText('E-mail and password do not fit together');
    await isAccessible(page, 'sign-in with a refusal');
  });
  await test.step('guessing is slowed down, per account', async () => {
    for (let attempt = 0; attempt < 6; attempt++) {
      const answered = page.waitForResponse((response) => response.url().includes('/sign-in/email'));
      await signIn.enter('guessed@demo.millwright.local', `guess-number-${attempt}`);
      await answered;
    }
    await expect(signIn.problem()).toContainText(/Too many attempts for this account\. Try again in \d+ seconds?\./);
  });
  await test.step('the right one opens the product', async () => {
    await signIn.enter(ACCOUNTS.engineer, PASSWORD);
    await signIn.isPassed();
    await isAccessible(page, 'home');
  });
});

test('2 · the plant is alive: four protocols, tags, a day of history, a vibration waveform as a spectrum', async ({
  browser,
}) => {
  await as(browser, 'engineer');
  await test.step('sources of four protocols bring values', async () => {
    const sources = new SourcesScreen(page);
    await sources.open();
    const names = await sources.names(4);
    for (const name of names) await sources.isAlive(name);
    const list = page.getByRole('main');
    for (const protocol of [/OPC UA/, /Modbus TCP/, /MQTT/, /Sparkplug B/])
      await expect(list, `a source speaks ${protocol.source}`).toContainText(protocol);
    await isAccessible(page, 'sources');
  });
  await test.step('a tag shows value, unit and age, and changes', async () => {
    const plant = new PlantScreen(page);
    await plant.open();
    await plant.filter('Air.');
    await expect(plant.value('Air.HeaderPressure'), 'header pressure in bar').toContainText(/^\s*\d+(\.\d+)?\s*bar/);
    const first = (await plant.value('Air.HeaderPressure').textContent()) ?? '';
    await expect(plant.value('Air.HeaderPressure'), 'a new value arrives').not.toHaveText(first);
    await isAccessible(page, 'plant');
    await plant.historyOf('Air.HeaderPressure');
  });
  await test.step('24 hours of history', async () => {
    const history = new HistoryScreen(page);
    await history.span('1 day');
    await expect(async () => {
      const { lowest, highest } = await history.readings();
      expect(lowest, 'lowest header pressure of the day, bar').toBeGreaterThan(5);
      expect(highest, 'highest header pressure of the day, bar').toBeLessThan(9);
    }).toPass({ timeout: 15_000 });
    await expect
      .poll(async () => (await history.chart().boundingBox())?.height ?? 0, { message: 'the trend fills the page' })
      .toBeGreaterThan(300);
    await isAccessible(page, 'history');
    const rows = await history.asTable();
    await expect.poll(() => rows.count(), { message: 'points of the day' }).toBeGreaterThan(500);
  });
  await test.step('48,000 samples go from MQTT through the spectrum block to the screen', async () => {
    const apps = new AppsScreen(page);
    await apps.open();
    const studio = await apps.create(SPECTRUM, 'vibration-spectrum');
    await studio.deploy(/^P-201/);
    await page.getByTestId('deploy-open-screen').click();
    const screen = new OperatorScreen(page);
    await screen.isLive();
    const tile = screen.tile('Spectrum');
    await expect(screen.picture('Spectrum'), 'the picture of the spectrum').toBeVisible({ timeout: 60_000 });
    await tile.getByRole('button', { name: 'Table', exact: true }).click();
    await expect(tile.getByRole('row').nth(100), 'lines of the spectrum').toBeAttached();
    await expect(tile.getByRole('columnheader'), 'what the axes say').toHaveText(['Frequency [Hz]', 'Amplitude [m/s²]']);
    await isAccessible(page, 'operator screen of the spectrum');
  });
});

test('3 · an app from the palette: wired, tested, backtested; then the guard with all other blocks, live', async ({
  browser,
}) => {
  await as(browser, 'engineer');
  const apps = new AppsScreen(page);
  await apps.open();
  await isAccessible(page, 'apps');
  const studio = await apps.create(WATCH);
  await isAccessible(page, 'empty studio');
  await test.step('two tags by role', async () => {
    await studio.add('source.tag', 'tag');
    await studio.createRole({ name: 'setpoint', title: 'Pressure set-point', titleZh: '压力设定值', unit: 'bar' });
    await studio.label('Set-point');
    await studio.add('source.tag', 'tag2');
    await studio.createRole({ name: 'pressure', title: 'Header pressure', titleZh: '总管压力', unit: 'bar' });
    await studio.label('Pressure');
  });
  await test.step('calculation, window, limit, alarm', async () => {
    await studio.add('transform.expr', 'expr');
    await studio.field('expression').fill('a - b');
    await studio.field('unit').fill('bar');
    await studio.add('series.window', 'window');
    await studio.chooseIn('inspector-mode', 'Moving with every row');
    await studio.field('seconds').fill('10');
    await studio.nameOutput('out', 'missing');
    await studio.add('series.compare', 'compare');
    await studio.field('high').fill('0.02');
    await studio.letInstallerSet('high', 'high = 0.02');
    await studio.field('hysteresis').fill('0.01');
    await studio.add('alarm.raise', 'raise');
  });
  await test.step('the problems panel says what is missing, and goes there', async () => {
    await studio.dock('Problems');
    await expect(studio.problems().first()).toBeVisible();
    const wanted = studio
      .problems()
      .filter({ hasText: /^raise/ })
      .first();
    await expect(wanted, 'the alarm has no condition yet').toBeVisible();
    await wanted.click();
    await expect(page.getByTestId('inspector-problems')).toBeVisible();
    await studio.field('text-en').fill('Pressure does not follow the set-point');
    await studio.field('text-zh').fill('压力未跟随设定值');
    await isAccessible(page, 'studio with problems');
  });
  await test.step('wires by pointer and by keyboard', async () => {
    await studio.arrange();
    await studio.drag(['tag', 'out'], ['expr', 'a']);
    await studio.drag(['tag2', 'out'], ['expr', 'b']);
    await studio.drag(['expr', 'out'], ['window', 'in']);
    await studio.wireByKeyboard(['window', 'out'], ['compare', 'in']);
    await studio.wireByKeyboard(['compare', 'out'], ['raise', 'in']);
    await studio.arrange();
    await expect(page.getByText('No problems. The graph can run.')).toBeVisible();
    await studio.isSaved();
  });
  await test.step('bound to the station, its sources are live', async () => {
    await studio.bind(AIR);
    await expect(studio.value('tag2'), 'the header pressure on its node').toContainText(/\d.*bar/s);
  });
  await test.step('a test on the last hour', async () => {
    const report = await studio.run('test');
    await expect(report, 'the course of the named output').toContainText('missing.mean');
    await isAccessible(page, 'studio with a report');
  });
  await test.step('a backtest of a day', async () => {
    const report = await studio.run('backtest');
    await expect(report.getByTestId('report-alarms'), 'alarms that the day would have had').toHaveText(/\d+/);
  });
  await test.step('the guard: control chart, switch, code, notification, form, interlock, confirmation, write', async () => {
    await apps.open();
    await apps.create(GUARD, 'compressor-guard');
    await studio.deploy(AIR, ROLES_OF_GUARD);
    await page.getByTestId('deploy-close').click();
    for (const node of ['pressure', 'specific', 'window', 'chart', 'cost'])
      await expect(studio.value(node), `a live value on ${node}`).toContainText(/\d/, { timeout: 60_000 });
    await studio.arrange();
    await isAccessible(page, 'studio, live');
  });
});

test('4 · the operator: figures, an alarm from a real fault, a set-point that moves the plant, and one that is refused', async ({
  browser,
}) => {
  await as(browser, 'operator');
  const screen = new OperatorScreen(page);
  await test.step('the screen lives', async () => {
    await screen.open(GUARD);
    for (const title of ['Header pressure', 'Specific power', 'Station power', 'Oil temperature']) await screen.isAlive(title);
    await expect(screen.picture('Header pressure and its five-minute mean'), 'the trend').toBeVisible();
    const figures = screen.tile('Figures').getByRole('columnheader');
    await expect(figures, 'columns in the order of the app').toHaveText([
      'About',
      'Station power',
      'Delivered flow',
      'Above usual',
    ]);
    await isAccessible(page, 'operator screen');
  });
  await test.step('a set-point, confirmed, really changes the plant', async () => {
    await screen.write('Pressure set-point', 7.6);
    await expect(screen.confirmations()).toContainText('Change the pressure set-point?');
    await isAccessible(page, 'operator screen with a confirmation');
    await screen.confirm();
    await expect(screen.tile('Pressure set-point'), 'the machine has the new set-point').toContainText(/7\.6/, {
      timeout: 30_000,
    });
    const plant = new PlantScreen(page);
    await plant.open();
    await plant.filter('Air.');
    await expect(plant.value('Air.PressureSetpoint'), 'read back from the machine').toContainText(/^\s*7\.6\d*\s*bar/);
    await expect
      .poll(() => plant.number('Air.HeaderPressure'), { message: 'the header pressure follows', timeout: 60_000 })
      .toBeGreaterThan(7.15);
  });
  await test.step('refused while the interlock does not hold', async () => {
    await breakPlant({ airA: { sensorFault: true } });
    await screen.open(GUARD);
    await expect(screen.tile('Header pressure'), 'the transmitter reports its failure').toContainText(/bad|failure|fault/i, {
      timeout: 30_000,
    });
    await screen.write('Pressure set-point', 6);
    await expect(screen.tile('Pressure set-point'), 'the refusal with its reason').toContainText(
      /6 bar was not written: the interlock “Only when safe” does not hold/,
      { timeout: 30_000 },
    );
    await isAccessible(page, 'operator screen with a refusal');
    await repairPlant();
  });
  await test.step('a bearing fault raises an alarm, which is acknowledged', async () => {
    await breakPlant({ pump1: { fault: 'inner', severity: 5 } });
    await screen.open(SPECTRUM);
    const list = screen.tile('Alarms');
    await expect(list, 'the alarm of the vibration').toContainText('Vibration high', { timeout: 60_000 });
    const alarms = new AlarmsScreen(page);
    await alarms.open();
    const row = alarms.row('Vibration high').first();
    await isAccessible(page, 'alarms');
    await row.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await expect(row, 'the alarm is acknowledged').toContainText('Acknowledged');
    await alarms.journal();
    await expect(alarms.row('Vibration high').first(), 'the journal knows it').toBeVisible();
    await isAccessible(page, 'journal of alarms');
    await repairPlant();
  });
});

test('5 · published as 1.0.0: measured, signed, proven, reviewed, listed', async ({ browser }) => {
  await as(browser, 'engineer');
  const publish = new PublishScreen(page);
  await test.step('the engineer submits it', async () => {
    await publish.open();
    await publish.choosePublisherName('baoan-precision');
    await publish.measure(new RegExp(GUARD), 'the last 5 minutes');
    await isAccessible(page, 'figures of a release');
    await publish.keepFigures(
      ['Specific power, mean', 'Station power, maximum'],
      'recorded run of the station, checked by the engineer',
    );
    await publish.falsifyBy(/^Specific power · expression/, 'a * b');
    await isAccessible(page, 'listing of a release');
    await publish.describe({
      slug: SLUG,
      version: '1.0.0',
      title: { en: 'Air station guard', zh: '空压站看护' },
      summary: { en: 'Watches pressure and cost of air.', zh: '监视供气压力与用气成本。' },
      readme: { en: 'Watches a compressed-air station.', zh: '监视一座空压站。' },
    });
  });
  await test.step('its proof is green', async () => {
    const release = publish.release(SLUG, '1.0.0');
    await expect(release, 'the proof passes').toContainText('waits for review', { timeout: 90_000 });
    await isAccessible(page, 'releases');
  });
  await page.context().close();
  await as(browser, 'reviewer');
  await test.step('the reviewer accepts it', async () => {
    const review = new ReviewScreen(page);
    await review.open();
    await isAccessible(page, 'review');
    await review.openRelease(SLUG, '1.0.0');
    await isAccessible(page, 'review of a release');
    await review.accept();
  });
  await test.step('it is in the marketplace', async () => {
    const market = new MarketScreen(page);
    await market.open();
    await expect(market.listing(SLUG)).toContainText('baoan-precision');
    await isAccessible(page, 'marketplace');
  });
});

test('6 · the second company installs it by mapping: Chinese names, psi and °F, the same graph', async ({ browser }) => {
  await as(browser, 'owner');
  const market = new MarketScreen(page);
  await market.open();
  await market.openListing(SLUG);
  const hash = await market.graphHash();
  expect(hash, 'SHA-256 of the graph').toMatch(/^[0-9a-f]{64}$/);
  await isAccessible(page, 'listing');
  const install = new InstallScreen(page);
  await test.step('roles become tags', async () => {
    await install.begin();
    await install.next();
    await expect(install.role('pressure'), 'suggested by signal and unit').toHaveValue(/总管压力/);
    await expect(install.conversion('pressure')).toHaveText('psi → bar');
    await expect(install.role('setpoint')).toHaveValue(/压力设定/);
    await install.choose('temperature', /^1号机油温/);
    await expect(install.conversion('temperature')).toHaveText('°F → °C');
    await isAccessible(page, 'mapping of an installation');
    await install.next();
    await isAccessible(page, 'settings of an installation');
    await install.next();
  });
  await test.step('permissions, then live', async () => {
    await install.grantAll();
    await isAccessible(page, 'permissions of an installation');
    await install.finish();
    await page.getByTestId('to-screen').click();
    const screen = new OperatorScreen(page);
    await screen.isLive();
    await expect(async () => {
      const pressure = await screen.number('Header pressure');
      expect(pressure, 'psi have become bar').toBeGreaterThan(4);
      expect(pressure, 'psi have become bar').toBeLessThan(10);
      const oil = await screen.number('Oil temperature');
      expect(oil, '°F have become °C').toBeGreaterThan(30);
      expect(oil, '°F have become °C').toBeLessThan(100);
    }).toPass({ timeout: 30_000 });
  });
  await test.step('the graph is that of the listing', async () => {
    await new AppsScreen(page).open();
    await expect(new AppsScreen(page).installed('Air station guard').getByTestId('graph-hash')).toHaveAttribute('title', hash);
  });
});

test('7 · the same in Chinese and in the dark', async ({ browser }) => {
  await as(browser, 'operator');
  const shell = new Shell(page);
  await shell.chooseLanguage('zh');
  await shell.goTo('操作');
  await expect(page.getByRole('heading', { level: 2, name: GUARD })).toBeVisible();
  await shell.chooseScheme('dark');
  await shell.goTo('报警');
  await expect(page.getByRole('tab', { name: '日志' }).or(page.getByRole('tab').nth(1))).toBeVisible();
  await isAccessible(page, 'alarms, Chinese and dark');
  await shell.chooseScheme('light');
  await shell.chooseLanguage('en');
});
