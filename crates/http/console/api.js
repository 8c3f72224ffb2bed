// Requests to /admin/v1 of the server that this page came from.
import { texts } from './texts.js';

export class Refused extends Error {
  constructor(code, message) {
    super(texts.errors[code] ?? message);
    this.code = code;
  }
}

/**
 * @param {string} method
 * @param {string} path below /admin/v1
 * @param {any} [body] a form, or something to send as JSON
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const headers = { 'x-faceward-console': '1' };
  const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(`/admin/v1${path}`, { method, headers, body: sent, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    throw new Refused('unreachable', texts.failed);
  }
  const text = await answer.text();
  /** @type {any} */
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { throw new Refused('unreachable', texts.failed); }
  if (!answer.ok) throw new Refused(value?.error?.code ?? 'unknown', value?.error?.message ?? texts.failed);
  return value;
}

export const get = (path) => ask('GET', path);

/** One piece of a path. */
export const piece = (text) => encodeURIComponent(text);

/** Every row of a list, page by page, up to `most`. */
export async function all(path, rows, most = 2000) {
  const found = [];
  let after = '';
  const glue = path.includes('?') ? '&' : '?';
  do {
    const page = await get(`${path}${glue}limit=500${after}`);
    found.push(...page[rows]);
    after = page.next === null ? '' : `&after=${piece(page.next)}`;
  } while (after && found.length < most);
  return found;
}
