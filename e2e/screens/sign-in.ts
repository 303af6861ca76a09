import { expect, type Page } from '@playwright/test';

export class SignInScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await this.page.goto('/sign-in');
    await expect(this.page.getByRole('heading', { level: 1 }), 'the sign-in page').toBeVisible();
  }

  async enter(email: string, password: string) {
    await this.page.locator('input[name=email]').fill(email);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('button[type=submit]').click();
  }

  async isPassed() {
    await expect(this.page.getByRole('navigation').first(), 'the navigation of a signed-in person').toBeVisible();
    await expect(this.page).not.toHaveURL(/sign-in/);
  }

  problem() {
    return this.page.getByRole('alert').filter({ hasText: /\S/ });
  }
}
