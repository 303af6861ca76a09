import { testDatabase } from '#drizzle/seed/test-database.ts';
import { auth, closeAuth } from './auth.ts';
import { createContext } from './context.ts';
import { database } from './db.ts';
import { closeLive } from './live.ts';
import { createCaller } from './root.ts';

export const PASSWORD = 'a long enough word';

/** A database of its own with the web's server on it, for tests: people sign up and call procedures as their browser would. */
export async function testServer() {
  const test = await testDatabase();
  process.env.DATABASE_URL = test.url;
  process.env.MILLWRIGHT_MASTER_KEY = 'a master key of at least thirty-two letters';
  return {
    ...test,
    /** Signs up; the answer calls procedures with that person's session, looked up anew each time. */
    async person(email: string, name = email) {
      const signed = await auth().api.signUpEmail({ body: { name, email, password: PASSWORD }, returnHeaders: true });
      const cookie = signed.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ');
      const headers = new Headers({ cookie });
      return { id: signed.response.user.id, headers, call: () => createCaller(createContext(headers)) };
    },
    nobody: () => createCaller(createContext(new Headers())),
    async stop() {
      await closeLive();
      await closeAuth();
      await database().close();
      await test.close();
    },
  };
}
export type TestServer = Awaited<ReturnType<typeof testServer>>;
