import type { Page } from '@playwright/test';
import { Shell } from './shell.ts';
import { StudioScreen } from './studio.ts';

export class AppsScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Apps');
  }

  async create(name: string, sample?: string): Promise<StudioScreen> {
    await this.page.getByTestId('new-app').first().click();
    await this.page.getByTestId('new-app-name').fill(name);
    await this.page.getByTestId(sample ? `new-app-sample-${sample}` : 'new-app-blank').check();
    await this.page.getByTestId('new-app-create').click();
    const studio = new StudioScreen(this.page);
    await studio.isOpen(name);
    return studio;
  }

  /** The row of an instance of an installed app. */
  installed(name: string) {
    return this.page.getByTestId(/^instance-/).filter({ hasText: name });
  }
}
