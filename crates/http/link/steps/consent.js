// The question whether somebody agrees, in the words of the app.
import { button, h } from '../dom.js';
import { texts } from '../texts.js';
import { progress } from './end.js';

export function consent({ view, session, show, next, fail }) {
  const t = texts.consent;
  const say = (agrees) => async () => {
    buttons.forEach((one) => { one.disabled = true; });
    try { next(await session.consent(agrees)); } catch (error) { fail(error); }
  };
  const buttons = [button(t.yes, say(true)), button(t.no, say(false), 'plain')];
  show(progress(view), h('h1', {}, t.title),
    h('section', { class: 'card', 'aria-label': t.title }, h('p', {}, view.consent.text), h('p', { class: 'soft' }, t.version(view.consent.version))),
    h('div', { class: 'buttons' }, ...buttons));
}
