import { z } from 'zod';
import type { Rate } from './rates.ts';

const robotPace = (most: number) => z.number().int().min(2).max(most).default(20);
const perMinute = z.number().int().min(1).max(600).default(60);

/** What a channel needs to know, by kind; passwords are not here, they are sealed beside (`channel.secret_id`). */
export const CHANNELS = {
  inbox: z.strictObject({}),
  /** Messages are posted as JSON with their key in `Idempotency-Key`, signed by the sealed secret where there is one. */
  webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(500), perMinute }),
  /** Over SMTP. `tls`: encrypted from the first byte (port 465); `starttls`: encrypted after the greeting, or not sent; `none`: inside a plant's own network. */
  email: z.strictObject({
    host: z.string().trim().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    /** PEM of the plant's own authority, where the server's certificate is of none that everybody knows. */
    authority: z
      .string()
      .max(50_000)
      .refine((pem) => pem === '' || pem.includes('-----BEGIN CERTIFICATE-----'), 'is no certificate in PEM | 不是 PEM 证书')
      .default(''),
    /** Signs in with the sealed password; empty = without. */
    user: z.string().trim().max(200).default(''),
    from: z.email(),
    to: z.array(z.email()).min(1).max(50),
    language: z.enum(['en', 'zh', 'both']).default('both'),
    perMinute,
  }),
  /** Robots of chat services. Their addresses hold their keys and are sealed with what signs (`robots.ts`). 20 messages a minute are what they take. */
  wecom: z.strictObject({ perMinute: robotPace(20) }),
  dingtalk: z.strictObject({ perMinute: robotPace(20) }),
  feishu: z.strictObject({ perMinute: robotPace(100) }),
} as const;
export const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const;
export type RobotKind = (typeof ROBOTS)[number];
export const isRobot = (kind: string): kind is RobotKind => (ROBOTS as readonly string[]).includes(kind);
export type ChannelKind = keyof typeof CHANNELS;
export type ChannelSettings<K extends ChannelKind> = z.output<(typeof CHANNELS)[K]>;

/** In no minute more than `perMinute`, however the minute is cut: half of it at once, and half of it over the minute. */
export const robotRateOf = (settings: { perMinute: number }): Rate => ({
  perMinute: settings.perMinute / 2,
  burst: Math.floor(settings.perMinute / 2),
});

/** A burst of a few is what an upset plant sends; more becomes a queue, not a flood at the receiver. */
export const rateOf = (settings: { perMinute: number }): Rate => ({
  perMinute: settings.perMinute,
  burst: Math.min(settings.perMinute, 10),
});
