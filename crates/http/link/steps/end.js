// How it ended, and how far it is.
import { h } from '../dom.js';
import { texts } from '../texts.js';

/**
 * @param {string} state
 * @param {import('../api.js').View | null} view
 */
export function end(state, view) {
  const t = texts.ends[state] ?? texts.ends.unknown;
  const kind = { passed: 'good', failed: 'bad' }[state] ?? 'soft';
  const url = view?.return_url;
  return [h('p', { class: `mark ${kind}`, 'aria-hidden': 'true' }, t.mark), h('h1', {}, t.title), h('p', {}, t.text),
    state === 'failed' && view && reasons(view),
    url && h('div', { class: 'buttons' }, h('a', { class: 'button', href: url, rel: 'noreferrer' }, texts.back(new URL(url).host)))];
}

/** Why something was not good enough. */
export function reasons(view) {
  const said = view.reasons.map((reason) => texts.reasons[reason] ?? reason);
  const all = view.advice ? [texts.reasons[view.advice] ?? view.advice, ...said] : said;
  return all.length > 0 && h('ul', {}, ...all.map((text) => h('li', {}, text)));
}

/** The steps there are, and the one that is due. For the eyes: the title says the same. */
export function progress(view) {
  const steps = ['consent', 'selfie', ...(view.has_challenge ? ['challenge'] : [])];
  const at = steps.indexOf(view.step);
  return h('ol', { class: 'steps', 'aria-hidden': 'true' }, ...steps.map((_, index) => h('li', { class: index < at ? 'done' : index === at ? 'now' : '' })));
}

/** What is said before another try; nothing before the first. */
export function retry(view, message) {
  if (message) return h('section', { class: 'card', role: 'alert' }, h('p', {}, message), h('p', { class: 'soft' }, texts.retry.free));
  if (view.reasons.length === 0) return null;
  return h('section', { class: 'card', role: 'alert' }, h('p', {}, texts.retry.title), reasons(view), h('p', { class: 'soft' }, texts.retry.left(view.tries_left)));
}
