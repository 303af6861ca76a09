/** Sentences about connections that every protocol needs, in both languages. */
import type { Bilingual } from '#runtime/graph/document.ts';

export type { Bilingual };

/** Something that reads the same in every language: `ns=1;s=Air = 7.2`. */
export const plain = (text: string): Bilingual => ({ en: text, zh: text });

export const connectedTo = (where: string): Bilingual => ({ en: `Connected to ${where}.`, zh: `已连接到 ${where}。` });
export const closedBy = (where: string): Bilingual => ({ en: `${where} closed the connection.`, zh: `${where} 关闭了连接。` });
export const closedHere: Bilingual = { en: 'The connection was closed.', zh: '连接已关闭。' };
export const refusedUser = (where: string): Bilingual => ({
  en: `${where} refuses the user name or password. Check them, and that this user may connect.`,
  zh: `${where} 拒绝了用户名或密码。请检查凭据，并确认该用户有权连接。`,
});
export const noCertificate = (where: string): Bilingual => ({
  en: `${where} shows no certificate. Check that the port is the TLS one.`,
  zh: `${where} 未出示证书。请确认使用的是 TLS 端口。`,
});
/** What a certificate is recognised by: its subject and the beginning of its SHA-256. */
export const certificateUntrusted = (where: string, subject: string, print: string): Bilingual => ({
  en: `${where} shows a certificate that nobody has trusted yet (${subject}, SHA-256 ${print}…). Compare it at the device, then trust it.`,
  zh: `${where} 出示的证书尚未被信任（${subject}，SHA-256 ${print}…）。请在设备上核对后再信任。`,
});
export const certificateRejected = (where: string, print: string): Bilingual => ({
  en: `The certificate of ${where} (SHA-256 ${print}…) was rejected by a person.`,
  zh: `${where} 的证书（SHA-256 ${print}…）已被人工拒绝。`,
});
export const certificateExpired = (where: string, until: Date): Bilingual => ({
  en: `The certificate of ${where} is valid until ${until.toISOString().slice(0, 10)} only. Renew it at the device.`,
  zh: `${where} 的证书已于 ${until.toISOString().slice(0, 10)} 过期。请在设备上更新证书。`,
});
export const topicRefused = (filter: string): Bilingual => ({
  en: `The broker does not let this user read “${filter}”.`,
  zh: `代理不允许该用户读取“${filter}”。`,
});
/** What a driver said and nobody foresaw. */
export const driverSaid = (where: string, text: string): Bilingual => ({ en: `${where}: ${text}`, zh: `${where} 出错：${text}` });
