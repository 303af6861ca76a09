import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class MarketScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Market', 'Marketplace');
  }

  listing(slug: string) {
    return this.page.getByTestId(`listing-${slug}`);
  }

  async openListing(slug: string) {
    await this.listing(slug).click();
    await expect(this.page.getByTestId('graph-hash'), `the listing ${slug}`).toBeVisible();
  }

  async graphHash() {
    const hash = this.page.getByTestId('graph-hash');
    await expect(hash, 'SHA-256 of the graph').toHaveText(/^\s*[0-9a-f]{64}\s*$/);
    return ((await hash.textContent()) ?? '').trim();
  }
}

/** The four steps from a listing to a running app. */
export class InstallScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async begin() {
    await this.page.getByTestId('install').click();
    await expect(this.page.getByTestId('wizard-next'), 'the first step of the installation').toBeVisible();
  }

  async next() {
    await this.page.getByTestId('wizard-next').click();
  }

  role(name: string) {
    return this.page.getByTestId(`map-${name}`);
  }

  async choose(role: string, tag: RegExp) {
    await this.role(role).click();
    await this.page.getByRole('option', { name: tag }).click();
  }

  conversion(role: string) {
    return this.page.getByTestId(`converted-${role}`);
  }

  async grantAll() {
    const boxes = this.page.getByTestId(/^grant-/);
    await expect(boxes.first(), 'the permissions that the app asks for').toBeVisible();
    for (const box of await boxes.all()) await box.check();
  }

  async finish() {
    await this.page.getByTestId('wizard-finish').click();
    await expect(this.page.getByTestId('to-screen'), 'the app is installed').toBeVisible({ timeout: 30_000 });
  }
}
