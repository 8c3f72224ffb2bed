// The movements that the server asks for, filmed one after the other.
import { camera, still } from '../camera.js';
import { button, fill, h } from '../dom.js';
import { texts } from '../texts.js';
import { progress, retry } from './end.js';

/** Longest side of a frame, in pixels. */
const SIDE = 640;
/** Time between two frames: a head that turns must not be 35 degrees further. */
const PERIOD_MS = 300;
/** Most frames of one movement: more would only be slower to judge. */
const MOST_OF_A_STEP = 8;
/** Time to find one's place in front of the camera. */
const READY_MS = 2500;

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

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
    await wait(READY_MS);
    const perStep = Math.min(MOST_OF_A_STEP, Math.floor(made.frames.most / made.movements.length));
    /** @type {{ step: number, blob: Blob }[]} */
    const frames = [];
    for (const [step, movement] of made.movements.entries()) {
      fill(order, t.movements[movement] ?? movement);
      fill(sign, t.signs[movement] ?? '');
      dots[step].className = 'now';
      for (let n = 0; n < perStep; n += 1) {
        await wait(PERIOD_MS);
        if (stopped()) return null;
        const blob = await still(video, SIDE);
        if (blob) frames.push({ step, blob });
      }
      dots[step].className = 'done';
    }
    return frames;
  }
}

function answer(frames) {
  const form = new FormData();
  for (const { step, blob } of frames) form.append(`step_${step + 1}`, blob, 'frame.jpg');
  return form;
}
