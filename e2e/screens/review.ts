import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class ReviewScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Review');
  }

  async openRelease(slug: string, version: string) {
    await this.page.getByTestId(`release-${slug}-${version}`).getByRole('link', { name: 'Review' }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: version }), 'the release').toBeVisible();
  }

  async accept() {
    await this.page.getByTestId('accept').click();
    await expect(this.page.getByTestId('accept'), 'the decision is taken').toHaveCount(0);
  }
}
