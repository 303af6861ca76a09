import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { isLanguage, LANGUAGE_COOKIE, type Language, preferredLanguage } from './languages.ts';
import { loadMessages, type MessageTree } from './load.ts';

const kept = new Map<Language, MessageTree>();

export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LANGUAGE_COOKIE)?.value;
  const locale = isLanguage(chosen) ? chosen : preferredLanguage((await headers()).get('accept-language'));
  let messages = kept.get(locale);
  if (!messages || process.env.NODE_ENV !== 'production') {
    messages = loadMessages(locale);
    kept.set(locale, messages);
  }
  return { locale, messages, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
});
