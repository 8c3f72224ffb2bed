// A photo of the face, under guidance; or a file where there is no camera.
import { camera, still } from '../camera.js';
import { button, fill, h } from '../dom.js';
import { light } from '../measure.js';
import { texts } from '../texts.js';
import { progress, retry } from './end.js';

/** From one look of the server to the next, and how many there are at most: each is a request. */
const [LOOK_MS, MOST_LOOKS] = [1500, 20];
/** Longest side of what it looks at, and of the photo, in pixels. */
const [LOOK_SIDE, PHOTO_SIDE] = [320, 1600];

export function selfie({ view, session, show, next, fail }, message = '') {
  const t = texts.selfie;
  const again = (text) => selfie({ view, session, show, next, fail }, text);
  const stage = h('div');
  const go = button(t.start, start);
  show(progress(view), h('h1', {}, t.title), retry(view, message), h('ul', {}, ...t.how.map((text) => h('li', {}, text))),
    stage, h('div', { class: 'buttons' }, go));

  async function start() {
    go.disabled = true;
    const found = await camera({ width: { ideal: 1280 }, height: { ideal: 960 } });
    if (!found) return noCamera();
    film(found);
  }

  function noCamera() {
    const input = h('input', { type: 'file', accept: 'image/jpeg,image/png', capture: 'user', onchange: () => { if (input.files[0]) send(input.files[0]); } });
    go.remove();
    fill(stage, h('p', { role: 'alert' }, t.none), h('label', { class: 'file' }, t.file, input));
    input.focus();
  }

  function film({ video, end }) {
    let on = true;
    const stop = () => { on = false; end(); };
    const hint = h('p', { class: 'order', 'aria-live': 'polite' }, t.hints.ready);
    const oval = h('div', { class: 'oval', 'aria-hidden': 'true' });
    const take = button(t.take, async () => {
      take.disabled = true;
      const blob = await still(video, PHOTO_SIDE);
      if (!blob) { take.disabled = false; return; }
      stop();
      send(blob);
    });
    show(progress(view), h('h1', {}, t.title), hint, h('div', { class: 'guide' }, video, oval),
      h('div', { class: 'buttons' }, take, button(t.cancel, () => { stop(); again(''); }, 'plain')));
    take.focus();
    const tell = (word) => {
      if (hint.textContent !== t.hints[word]) fill(hint, t.hints[word] ?? '');
      oval.classList.toggle('fine', word === 'fine');
    };
    look(MOST_LOOKS);

    /** Asks again and again, one question at a time; the server is asked only where there is light. */
    async function look(left) {
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
      if (!on) return;
      const dark = light(video);
      if (dark) tell(dark);
      const blob = dark || left <= 0 ? null : await still(video, LOOK_SIDE, .8);
      try {
        const found = blob && on ? await session.guide(blob) : null;
        if (found && on) tell(found.hint);
      } catch (error) {
        // Guidance is a help: without it the photo is taken all the same. What ends the session ends it here, too.
        if (['session_over', 'session_elsewhere', 'session_not_found'].includes(error.code)) { stop(); return fail(error); }
        return;
      }
      look(blob ? left - 1 : left);
    }
  }

  async function send(blob) {
    show(progress(view), h('h1', {}, t.title), h('p', { role: 'status' }, t.sending));
    try {
      next(await session.selfie(blob));
    } catch (error) {
      if (error.code in texts.errors) again(error.message); else fail(error);
    }
  }
}
