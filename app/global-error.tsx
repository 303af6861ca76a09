'use client';
import { useEffect, useState } from 'react';
import { isLanguage, LANGUAGE_COOKIE } from './_messages/languages.ts';

/** When the frame itself cannot be drawn (the database is away): no provider works here, so the two texts stand in this file. */
const TEXTS = {
  en: {
    title: 'Millwright cannot answer just now',
    text: 'The platform is starting, or its database does not answer. Nothing is lost. This page tries again every few seconds.',
    again: 'Try again now',
  },
  zh: {
    title: '匠造暂时无法响应',
    text: '平台正在启动，或数据库没有响应。数据不会丢失，本页每隔几秒会自动重试。',
    again: '立即重试',
  },
} as const;
const RETRY_MS = 5_000;

export default function GlobalError() {
  const [language, setLanguage] = useState<keyof typeof TEXTS>('en');
  useEffect(() => {
    const chosen = new RegExp(`${LANGUAGE_COOKIE}=(\\w+)`).exec(document.cookie)?.[1] ?? navigator.language.slice(0, 2);
    if (isLanguage(chosen)) setLanguage(chosen);
    const timer = setInterval(() => window.location.reload(), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  const text = TEXTS[language];
  return (
    <html lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <body
        style={{
          font: '14px system-ui, sans-serif',
          display: 'grid',
          placeContent: 'center',
          minHeight: '100vh',
          margin: 0,
          padding: 24,
          colorScheme: 'light dark',
        }}
      >
        <title>{text.title}</title>
        <main style={{ maxWidth: 460 }}>
          <h1 style={{ fontSize: 20 }}>{text.title}</h1>
          <p>{text.text}</p>
          <button type="button" onClick={() => window.location.reload()}>
            {text.again}
          </button>
        </main>
      </body>
    </html>
  );
}
