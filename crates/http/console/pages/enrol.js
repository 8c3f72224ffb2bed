// Enrolling: one person by photo, drop or webcam; many by the photos of a folder.
import { ask } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { photoField } from '../photo.js';
import { texts } from '../texts.js';

/** Longest id, in characters. */
const LONGEST_ID = 120;

/**
 * @typedef {object} Place
 * @property {() => string} app
 * @property {() => string} gallery
 * @property {() => Promise<void>} changed shows the list anew
 */

/** @param {Place} place */
export function enrolOne(place) {
  const t = texts.people;
  const photo = photoField(texts.try.photo);
  const subject = h('input', { required: true, maxlength: LONGEST_ID });
  const name = h('input', { maxlength: LONGEST_ID });
  const go = button(t.enrolButton, async () => {
    const blob = photo.blob();
    const id = subject.value.trim();
    if (!blob || !id) return say(`${texts.try.photo}, ${t.subject}`);
    go.disabled = true;
    try {
      const other = await lookalike(place, blob, id);
      if (other && !await sure(t.alike(other.name ?? other.subject, other.similarity.toFixed(2), id), t.enrolAnyway, texts.cancel)) return;
      await send(place, blob, id, name.value.trim());
      // The next photo is of somebody else.
      photo.clear();
      subject.value = name.value = '';
      say(t.enrolled(id));
    } catch (error) {
      say(error.message);
    } finally {
      go.disabled = false;
      await place.changed();
    }
  });
  return card(t.enrol, photo.element, field(t.subject, subject), h('p', { class: 'soft' }, t.subjectHint), field(t.name, name), go);
}

/** @param {Place} place */
export function enrolMany(place) {
  const t = texts.people;
  const files = h('input', { type: 'file', accept: 'image/jpeg,image/png', multiple: true });
  const progress = h('div', { 'aria-live': 'polite' });
  let stopped = false;
  const stop = button(t.stop, () => { stopped = true; }, 'plain');
  const go = button(t.enrolAll, async () => {
    const chosen = [...files.files];
    if (!chosen.length) return say(t.many);
    const refused = [];
    let done = 0;
    stopped = false;
    go.disabled = true;
    const bar = h('progress', { max: chosen.length, value: 0, 'aria-label': t.enrolMany });
    const show = () => fill(progress, bar, h('p', {}, t.progress(done, chosen.length, refused.length)), go.disabled && stop,
      refused.length > 0 && table([t.file, t.why], refused));
    // A page that was left enrols nobody any more.
    addEventListener('hashchange', () => { stopped = true; }, { once: true });
    for (const file of chosen) {
      if (stopped) break;
      try { await send(place, file, file.name.replace(/\.[^.]*$/, ''), ''); } catch (error) { refused.push([file.name, error.message]); }
      done += 1;
      bar.value = done;
      show();
    }
    go.disabled = false;
    files.value = '';
    show();
    await place.changed();
  });
  return card(t.enrolMany, field(t.many, files), h('p', { class: 'soft' }, t.manyHint), h('div', { class: 'row' }, go), progress);
}

async function send(place, photo, subject, name) {
  const form = new FormData();
  form.append('photo', photo, 'photo');
  form.append('subject', subject);
  form.append('gallery', place.gallery());
  if (name) form.append('name', name);
  await ask('POST', `/apps/${place.app()}/enroll`, form);
}

/** Somebody of the app whom the photo shows, and who is not `id`; a photo that cannot be searched is refused when it is enrolled. */
async function lookalike(place, photo, id) {
  const form = new FormData();
  form.append('photo', photo, 'photo');
  try {
    const { candidates } = await ask('POST', `/apps/${place.app()}/identify`, form);
    return candidates.find((one) => one.subject !== id) ?? null;
  } catch (error) {
    if (error.code === 'not_logged_in') throw error;
    return null;
  }
}
