// The movements that the server asks for, filmed one after the other.
import { camera } from '../camera.js';
import { button, fill, h } from '../dom.js';
import { answer, film } from '../film.js';
import { texts } from '../texts.js';
import { progress, retry } from './end.js';

export function challenge({ view, session, show, next, fail }, message = '') {
  const t = texts.challenge;
  const again = (text) => challenge({ view, session, show, next, fail }, text);
  const go = button(t.start, start);
  const stage = h('div');
  show(progress(view), h('h1', {}, t.title), retry(view, message), h('p', {}, t.intro), stage, h('div', { class: 'buttons' }, go));

  async function start() {
    go.disabled = true;
    const found = await camera();
    if (!found) return fill(stage, h('p', { role: 'alert' }, t.none));
    let stopped = false;
    const stop = () => { stopped = true; found.end(); };
    try {
      const made = await session.challenge();
      const frames = await record(found.video, made, stop, () => stopped);
      stop();
      if (!frames) return again('');
      show(progress(view), h('h1', {}, t.title), h('p', { role: 'status' }, t.judging));
      next(await session.answer(made.challenge_id, answer(frames)));
    } catch (error) {
      stop();
      if (error.code in texts.errors) again(error.message); else fail(error);
    }
  }

  /** Asks for one movement after the other; `null`: somebody has stopped it. */
  async function record(video, made, stop, stopped) {
    const order = h('p', { class: 'order', 'aria-live': 'assertive' }, t.ready);
    const sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
    const dots = made.movements.map(() => h('li', {}));
    show(h('h1', {}, t.title), order, h('div', { class: 'guide' }, video, h('div', { class: 'oval', 'aria-hidden': 'true' }), sign),
      h('ol', { class: 'steps', 'aria-hidden': 'true' }, ...dots), h('div', { class: 'buttons' }, button(t.cancel, stop, 'plain')));
    return film(video, made, t, { order, sign, dots }, stopped);
  }
}
