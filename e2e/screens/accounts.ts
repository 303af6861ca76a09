import type { Browser, BrowserContext, Page } from '@playwright/test';
import { SignInScreen } from './sign-in.ts';

/** People of the demo organizations; the terminal shows the same list at the start. */
export const ACCOUNTS = {
  engineer: 'engineer@demo.millwright.local',
  operator: 'operator@demo.millwright.local',
  owner: 'owner@demo.millwright.local',
  reviewer: 'reviewer@demo.millwright.local',
} as const;
export type Person = keyof typeof ACCOUNTS;
export const PASSWORD = 'millwright-demo';

type State = Awaited<ReturnType<BrowserContext['storageState']>>;
const sessions = new Map<Person, State>();

/** A window in which the person is signed in: by the form the first time, with the kept session afterwards. */
export async function signedIn(browser: Browser, person: Person): Promise<Page> {
  const kept = sessions.get(person);
  const context = await browser.newContext(kept ? { storageState: kept } : {});
  const page = await context.newPage();
  if (kept) {
    await page.goto('/');
  } else {
    const signIn = new SignInScreen(page);
    await signIn.open();
    await signIn.enter(ACCOUNTS[person], PASSWORD);
    await signIn.isPassed();
    sessions.set(person, await context.storageState());
  }
  return page;
}
