import { expect, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { signedIn } from '../screens/accounts.ts';
import { AppsScreen } from '../screens/apps.ts';
import { dress } from '../screens/shell.ts';
import { StudioScreen } from '../screens/studio.ts';

/** An afternoon in the studio: on recorded data, in versions, beside somebody else. */
test('a sample on every wire, a moment of it, a setting tried; a named version and its difference; two people', async ({
  browser,
}) => {
  test.slow();
  const page = await signedIn(browser, 'engineer');
  const apps = new AppsScreen(page);
  await apps.open();
  const studio = await apps.create('Air station, workshop', 'compressor-guard');
  await studio.isSaved();

  await test.step('the sample is pinned: every block shows its values', async () => {
    await page.getByTestId('time-source').click();
    await page
      .getByTestId(/^pin-sample-/)
      .first()
      .click();
    await expect(page.getByTestId('time-state')).toContainText('all blocks', { timeout: 60_000 });
    await expect(studio.value('pressure')).toContainText('7.00');
    await isAccessible(page, 'the studio on a pinned sample');
  });

  await test.step('a moment of it: the pressure has fallen', async () => {
    const slider = page.getByTestId('time-slider').getByRole('slider');
    await slider.focus();
    for (let step = 0; step < 50; step++) await page.keyboard.press('ArrowLeft');
    await expect(studio.value('pressure')).toContainText('5.90');
    await page.getByTestId('time-end').click();
    await expect(studio.value('pressure')).toContainText('7.00');
  });

  await test.step('a setting is tried on it at once', async () => {
    await studio.choose('specific');
    await studio.field('expression').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('2 * a / b');
    // twice 202.5 kW by 31 m³/min
    await expect(studio.value('specific')).toContainText('13.06', { timeout: 30_000 });
    await studio.isSaved();
  });

  await test.step('a version gets a name, and the draft its difference from it', async () => {
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByTestId('version-label').fill('twice the cost');
    await page.getByTestId('version-name').click();
    await expect(page.getByTestId('versions-list')).toContainText('twice the cost');
    await page.keyboard.press('Escape');
    await studio.choose('specific');
    await studio.field('expression').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('a / b');
    await expect(studio.value('specific')).toContainText('6.53', { timeout: 30_000 });
    await studio.isSaved();
    await page.getByTestId('version-compare').click();
    await expect(page.getByTestId('difference-list').getByRole('button')).toHaveCount(1);
    await expect(page.getByTestId('difference-fields')).toContainText('2 * a / b');
    await isAccessible(page, 'the difference of two versions');
    await page.keyboard.press('Escape');
  });

  await test.step('somebody else opens the app: both see each other, and each other’s edits', async () => {
    const path = new URL(page.url()).pathname;
    const other = await signedIn(browser, 'engineer');
    await dress(other, 'en', 'dark');
    await other.goto(path);
    const theirs = new StudioScreen(other);
    await expect(theirs.node('specific')).toBeVisible();
    await expect(page.getByTestId('studio-people').getByRole('button')).toHaveCount(1, { timeout: 30_000 });
    await expect(other.getByTestId('studio-people').getByRole('button')).toHaveCount(1, { timeout: 30_000 });
    await studio.choose('specific');
    await studio.label('Cost of air');
    await expect(theirs.node('specific')).toContainText('Cost of air', { timeout: 30_000 });
    await theirs.node('hot').click({ position: { x: 60, y: 12 } });
    await other.getByTestId('inspector-label').fill('Overheated');
    await expect(studio.node('hot')).toContainText('Overheated', { timeout: 30_000 });
    await expect(studio.node('specific')).toContainText('Cost of air');
    await isAccessible(other, 'the studio with somebody else in it');

    // the line is cut while both edit; afterwards everything is there
    await page.context().setOffline(true);
    await studio.label('Cost of compressed air');
    await other.getByTestId('inspector-label').fill('Oil too hot');
    await expect(page.getByTestId('studio-save-state')).not.toHaveText('Saved', { timeout: 30_000 });
    await page.context().setOffline(false);
    await expect(theirs.node('specific')).toContainText('Cost of compressed air', { timeout: 45_000 });
    await expect(studio.node('hot')).toContainText('Oil too hot', { timeout: 45_000 });
    await studio.isSaved();
    await other.context().close();
  });
  await page.context().close();
});
