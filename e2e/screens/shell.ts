import { expect, type Page, test } from '@playwright/test';

export type Scheme = 'light' | 'dark';
export type Language = 'en' | 'zh';

/** What stands around every page: navigation, organization, the person's menu. */
export class Shell {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** By the navigation rail, as a person goes; in the studio the rail is a menu. */
  async goTo(place: string, heading: string = place) {
    const menu = this.page.getByRole('button', { name: 'Navigation', exact: true });
    const inRail = this.page.getByRole('navigation').getByRole('link', { name: place, exact: true });
    await expect(menu.or(inRail).first(), 'the navigation').toBeVisible();
    if (await inRail.isVisible()) {
      await inRail.click();
    } else {
      await menu.click();
      await this.page.getByRole('menuitem', { name: place, exact: true }).click();
    }
    await expect(this.page.getByRole('heading', { level: 1, name: heading }), `the page ${place}`).toBeVisible();
  }

  async openUserMenu() {
    await this.page.getByRole('banner').locator('button[aria-haspopup=menu]').last().click();
    await expect(this.page.getByRole('menu'), 'the menu of the person').toBeVisible();
  }

  async chooseLanguage(language: Language) {
    await this.openUserMenu();
    await this.page.getByRole('menuitem', { name: language === 'zh' ? '中文' : 'English', exact: true }).click();
    await expect(this.page.locator('html'), 'the page says its language').toHaveAttribute(
      'lang',
      language === 'zh' ? /^zh/ : /^en/,
    );
  }

  async chooseScheme(scheme: Scheme) {
    await this.openUserMenu();
    await this.page.getByRole('menuitem', { name: scheme === 'dark' ? /^(Dark|深色)/ : /^(Light|浅色)/ }).click();
    await expect(this.page.locator('html'), `the ${scheme} appearance`).toHaveAttribute('data-mantine-color-scheme', scheme);
  }
}

/** Language and appearance, as the person's menu keeps the choice. */
export async function dress(page: Page, language: Language, scheme: Scheme) {
  const url = test.info().project.use.baseURL;
  if (!url) throw new Error('The configuration has no baseURL.');
  await page.context().addCookies([
    { name: 'NEXT_LOCALE', value: language, url },
    { name: 'mw-scheme', value: scheme, url },
  ]);
}
