import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export interface ListingText {
  readonly slug: string;
  readonly version: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly summary: { readonly en: string; readonly zh: string };
  readonly readme: { readonly en: string; readonly zh: string };
}

export class PublishScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Publish');
  }

  async choosePublisherName(name: string) {
    await this.page.getByLabel('Publisher name').fill(name);
    await this.page.getByRole('button', { name: 'Choose this name' }).click();
    await expect(this.page.getByText(`You publish as ${name}`), 'the publisher name is kept').toBeVisible();
  }

  /** First step: the running version, measured on what was recorded. */
  async measure(instance: RegExp, window: string) {
    await this.page.getByTestId('new-release').first().click();
    await this.page.getByTestId('instance').click();
    await this.page.getByRole('option', { name: instance }).click();
    await this.page.getByRole('combobox', { name: 'Recorded data' }).click();
    await this.page.getByRole('option', { name: window }).click();
    await this.page.getByTestId('measure').click();
    await expect(this.page.getByTestId('wizard-next'), 'the measuring has ended').toBeEnabled({ timeout: 90_000 });
    await this.page.getByTestId('wizard-next').click();
  }

  /** Second step: figures with their source, and the change that must turn one red. */
  async keepFigures(figures: readonly string[], source: string) {
    for (const figure of figures) {
      const row = this.page.getByRole('row').filter({ has: this.page.getByRole('cell', { name: figure, exact: true }) });
      await row.getByRole('checkbox').check();
      await row.getByRole('textbox', { name: /^Where it comes from/ }).fill(source);
    }
  }

  async falsifyBy(setting: RegExp, value: string) {
    await this.page.getByTestId('falsifier').click();
    await this.page.getByRole('option', { name: setting }).click();
    await this.page.getByLabel('Changed to').fill(value);
    await this.page.getByTestId('wizard-next').click();
  }

  async describe(listing: ListingText) {
    await this.page.getByTestId('slug').fill(listing.slug);
    await this.page.getByTestId('version').fill(listing.version);
    for (const part of ['title', 'summary', 'readme'] as const)
      for (const language of ['en', 'zh'] as const)
        await this.page.getByTestId(`${part}-${language}`).fill(listing[part][language]);
    await this.page.getByTestId('wizard-finish').click();
    await expect(this.page.getByRole('heading', { level: 1, name: 'Publish' }), 'the release is sent').toBeVisible({
      timeout: 30_000,
    });
  }

  release(slug: string, version: string) {
    return this.page.getByTestId(`release-${slug}-${version}`);
  }
}
