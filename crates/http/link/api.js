// Requests to the server that this page came from.
import { texts } from './texts.js';

export class Refused extends Error {
  constructor(code) {
    super(texts.errors[code] ?? texts.failed);
    this.code = code;
  }
}

/**
 * What the server says of a session.
 * @typedef {{ session_id: string, state: string, step: string | null, consent: { version: string, text: string } | null,
 *   expires_in: number, tries_left: number, reasons: string[], advice: string | null, return_url: string | null,
 *   has_challenge: boolean }} View
 */

/**
 * @param {string} method
 * @param {string} path below /s/api
 * @param {any} [body] a form, or something to send as JSON
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  /** @type {Response} */
  let answer;
  /** @type {any} */
  let value;
  try {
    answer = await fetch(`/s/api${path}`, { method, headers: { 'x-faceward-link': '1' }, body: sent, credentials: 'same-origin', cache: 'no-store' });
    value = await answer.json();
  } catch {
    throw new Refused('unreachable');
  }
  if (!answer.ok) throw new Refused(value?.error?.code ?? 'unknown');
  return value;
}

/** A form with a photo. */
export function photoForm(blob) {
  const form = new FormData();
  form.append('photo', blob, 'photo.jpg');
  return form;
}

/** What can be asked about one session. */
export const session = (id) => ({
  id,
  show: () => ask('GET', `/sessions/${id}`),
  consent: (agrees) => ask('POST', `/sessions/${id}/consent`, { agrees }),
  guide: (blob) => ask('POST', `/sessions/${id}/guide`, photoForm(blob)),
  selfie: (blob) => ask('POST', `/sessions/${id}/selfie`, photoForm(blob)),
  challenge: () => ask('POST', `/sessions/${id}/challenge`),
  answer: (challenge, form) => ask('POST', `/sessions/${id}/challenge/${challenge}/answer`, form),
});
