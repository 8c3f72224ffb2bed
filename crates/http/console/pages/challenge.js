// A challenge of the server, played with the webcam.
import { all, ask } from '../api.js';
import { camera } from '../camera.js';
import { button, card, field, fill, h, say } from '../dom.js';
import { answer, film } from '../film.js';
import { texts } from '../texts.js';

export async function challenge(main, { me, onLeave }) {
  const t = texts.challenge;
  const apps = await all('/apps', 'apps');
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  if (me.role === 'auditor') return fill(main, h('h1', {}, t.title), h('p', {}, texts.errors.role_too_low));
  const app = h('select', {}, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const steps = h('select', {}, ...[2, 3, 4, 5, 6].map((n) => h('option', { value: n, selected: n === 4 }, n)));
  const subject = h('input', { maxlength: 120 });
  const deepfake = h('input', { type: 'checkbox' });
  const go = button(t.start, start);
  const form = h('div', {}, h('div', { class: 'cards' }, field(t.app, app), field(t.steps, steps), field(t.subject, subject)),
    h('label', { class: 'inline' }, deepfake, t.deepfake), h('div', { class: 'row' }, go));
  const stage = h('div');
  const result = h('div', { 'aria-live': 'polite' });
  let stop = () => {};
  onLeave(() => stop());
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro),
    card(null, form, stage), result);

  async function start() {
    const found = await camera();
    if (!found) return say(texts.try.noCamera);
    let stopped = false;
    stop = () => { stopped = true; found.end(); fill(stage); };
    // Nothing but what is to be done, so that it is on the screen of a phone, too.
    form.hidden = true;
    fill(result);
    try {
      const wanted = { steps: Number(steps.value), ...(subject.value.trim() ? { subject: subject.value } : {}) };
      const made = await ask('POST', `/apps/${app.value}/challenges`, wanted);
      const frames = await record(found.video, made, () => stopped);
      stop();
      if (!frames) return;
      fill(stage, h('p', { role: 'status' }, t.judging));
      const path = `/apps/${app.value}/challenges/${made.challenge_id}/answer${deepfake.checked ? '?check_deepfake=true' : ''}`;
      fill(result, ...verdict(await ask('POST', path, answer(frames)), frames));
    } catch (error) {
      fill(result, h('p', { class: 'bad' }, error.message));
    } finally {
      stop();
      fill(stage);
      form.hidden = false;
      fill(go, t.again);
      go.focus();
    }
  }

  /** Asks for one movement after the other; `null`: somebody has stopped it. */
  async function record(video, made, stopped) {
    const order = h('p', { class: 'order', 'aria-live': 'assertive' }, t.ready);
    const sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
    const left = h('p', { class: 'soft' });
    const dots = made.movements.map(() => h('li', {}));
    const over = Date.now() + made.expires_in * 1000;
    fill(stage, order, h('div', { class: 'guide' }, video, h('div', { class: 'oval' }), sign),
      h('ol', { class: 'dots', 'aria-hidden': 'true' }, ...dots), left, button(texts.cancel, stop, 'plain'));
    stage.scrollIntoView({ block: 'nearest' });
    const tell = () => fill(left, t.left(Math.max(0, Math.round((over - Date.now()) / 1000))));
    tell();
    return film(video, made, t, { order, sign, dots }, stopped, tell);
  }
}

function verdict(found, frames) {
  const t = texts.challenge;
  const mark = (is) => h('span', { class: is ? 'good' : 'bad' }, is ? t.shown : t.notShown);
  const steps = found.steps.map((one, step) => h('li', {}, `${t.movements[one.movement] ?? one.movement}: `, mark(one.shown),
    h('div', { class: 'strip' }, ...frames.map((frame, index) => [frame, found.frames[index]]).filter(([frame]) => frame.step === step)
      .map(([frame, judged]) => picture(frame, judged)))));
  const number = (value, unit) => (value === null ? '–' : `${value.toFixed(unit === '°' ? 0 : 2)}${unit}`);
  return [card(null,
    h('p', { class: `figure ${found.passed ? 'good' : 'bad'}` }, found.passed ? t.passed : t.failed),
    found.reasons.length > 0 && h('ul', {}, ...found.reasons.map((reason) => h('li', {}, t.reasons[reason] ?? reason))),
    h('h2', {}, t.asked), h('ol', { class: 'steps' }, ...steps),
    found.subject && h('p', {}, t.like(found.subject.subject, number(found.subject.similarity, ''), number(found.threshold, ''))),
    h('p', { class: 'soft' }, t.motion(number(found.motion.turn, '°'), number(found.motion.scene, ''))))];
}

/** A frame, with what is wrong with it. */
function picture(frame, judged) {
  const t = texts.challenge;
  const canvas = h('canvas', { width: 96, height: 72, 'aria-hidden': 'true' });
  createImageBitmap(frame.blob).then((bitmap) => canvas.getContext('2d').drawImage(bitmap, 0, 0, 96, 72), () => {});
  const faults = [judged.fault && (t.faults[judged.fault] ?? judged.fault), judged.liveness && !judged.liveness.fine && t.notLive,
    judged.deepfake && !judged.deepfake.fine && t.notGenuine, judged.advice === 'step_back' && t.stepBack].filter(Boolean);
  return h('figure', {}, canvas, h('figcaption', {}, judged.pose && t.pose(Math.round(judged.pose.yaw), Math.round(judged.pose.pitch)),
    faults.length > 0 && h('span', { class: 'bad' }, ` ${faults.join(', ')}`)));
}
