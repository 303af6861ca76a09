/** Text in a box that the chart library fills with HTML: names come from people and machines. */
export const htmlText = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
