import { createTransport } from 'nodemailer';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { ChannelSettings } from './channels.ts';
import type { Delivery, Message } from './notify.ts';
import { type Reason, reason } from './reasons.ts';

/** Together below the time for which an effect is claimed: a mail that hangs must not be sent by a second process meanwhile. */
const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };
const WHOLE_MS = 25_000;

/**
 * SMTP knows no idempotency key: a mail whose acceptance was not recorded (the process died in between) is sent again. It then has the same
 * Message-ID, by which mail systems recognize and drop the second.
 */
export async function sendMail(
  settings: ChannelSettings<'email'>,
  password: string | undefined,
  message: Message,
  attachments: readonly { readonly filename: string; readonly content: Buffer; readonly contentType: string }[] = [],
): Promise<Delivery> {
  const { host, port, security, user, from, to, language, authority } = settings;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user ? { auth: { user, pass: password ?? '' } } : {}),
    ...(authority === '' ? {} : { tls: { ca: authority } }),
    ...TIMEOUTS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const text = textOf(message.text, language);
  const value = message.value === null ? '' : `\n\n${valueLine(message.value, language)}`;
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(Object.assign(new Error('the mail server takes too long'), { code: 'ETIMEDOUT' })), WHOLE_MS);
    });
    const sending = transport.sendMail({
      from,
      to: [...to],
      subject: text.subject.replaceAll(/\s+/g, ' ').slice(0, 200),
      text: `${text.body}${value}\n\n${message.subject} · ${message.node}`,
      messageId: `<${message.key.replaceAll(':', '.')}.${message.instance}@millwright>`,
      attachments: [...attachments],
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Millwright-Effect': message.key },
    });
    await Promise.race([sending, late]);
    return { ok: true };
  } catch (error) {
    return failureOf(error as SmtpError);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

/** What OpenSSL and Node say of a certificate that does not hold (`tls.checkServerIdentity`, X509_V_ERR_*). */
const CERTIFICATE =
  /self[- ]signed certificate|unable to (get|verify)|certificate has expired|does not match certificate|not yet valid/i;

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

function failureOf(error: SmtpError): Delivery {
  const { code = error.name, responseCode, message } = error;
  const status = responseCode ?? code;
  const forGood = (why: Reason): Delivery => ({ ok: false, again: false, why });
  if (code === 'EAUTH' && (responseCode === undefined || responseCode >= 500))
    return forGood(reason('sign-in-refused', { status }, message));
  // judged by Node: the server is not who it says, or nobody here knows who vouches for it
  if (
    /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(
      String((error as { cause?: { code?: string } }).cause?.code ?? ''),
    ) ||
    CERTIFICATE.test(message)
  )
    return forGood(reason('mail-certificate', undefined, message));
  if (code === 'ETLS') return forGood(reason('mail-unencrypted', undefined, message));
  // 4yz: the server asks to come back; 5yz: it never wants this mail (RFC 5321, section 4.2.1)
  if (responseCode !== undefined)
    return { ok: false, again: responseCode < 500, why: reason('receiver-refused', { status }, message) };
  return { ok: false, again: true, why: reason('receiver-away', { cause: code }, message) };
}

function textOf(text: Bilingual, language: 'en' | 'zh' | 'both'): { subject: string; body: string } {
  if (language !== 'both') return { subject: text[language], body: text[language] };
  return { subject: `${text.zh} / ${text.en}`, body: `${text.zh}\n${text.en}` };
}
const valueLine = (value: number, language: 'en' | 'zh' | 'both'): string =>
  language === 'zh' ? `数值 ${value}` : language === 'en' ? `Value ${value}` : `数值 / Value ${value}`;
