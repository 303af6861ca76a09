import { expect, type Page } from '@playwright/test';

/** The page of a platform where nobody has an account yet. */
export class FirstRunScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async isOpen() {
    await expect(this.page, 'an empty platform leads to its first run').toHaveURL(/\/first-run$/);
    await expect(this.page.getByRole('heading', { level: 2 })).toHaveText(/Set up this platform|初始设置/);
  }

  async fillIn(person: { organization: string; name: string; email: string; password: string }) {
    for (const [field, text] of Object.entries(person)) await this.page.locator(`input[name=${field}]`).fill(text);
  }

  async submit() {
    await this.page.locator('button[type=submit]').click();
  }

  problem() {
    return this.page.getByRole('alert').filter({ hasText: /\S/ });
  }
}
