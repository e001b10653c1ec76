/**
 * Addresses as the wire writes them (specification 5.1), and the name of one message. Types only;
 * wire/jid.ts takes them apart.
 */

/** `15551230001@s.whatsapp.net`: an account (and, for a 1:1 chat, the chat with it). */
export type UserJid = string;
/** `120363000000000001@g.us` */
export type GroupJid = string;
/** Whom a message is for: an account or a group. */
export type ChatJid = UserJid | GroupJid;
/** `15551230001:2@s.whatsapp.net`; the primary is device 0 and is written without `:0`. */
export type DeviceJid = string;
