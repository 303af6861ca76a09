import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Sign-in attempts of one account in the running window. Shared by all web processes, so that more of them do not mean more guesses. */
export const signInThrottle = pgTable('sign_in_throttle', {
  /** SHA-256 of the lower-case e-mail address: attempts at addresses without an account leave no address behind. */
  account: text('account').primaryKey(),
  attempts: integer('attempts').notNull(),
  since: at('since').notNull(),
});
