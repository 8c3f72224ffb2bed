// Photos to try the server out with.
import { all, ask, get } from '../api.js';
import { button, card, field, fill, h, say } from '../dom.js';
import { draw, photoField } from '../photo.js';
import { snippets } from '../snippets.js';
import { scale } from '../scale.js';
import { texts } from '../texts.js';

export async function tryOut(main, { me }) {
  const t = texts.try;
  const [apps, info] = await Promise.all([all('/apps', 'apps'), get('/info')]);
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  if (me.role === 'auditor') return fill(main, h('h1', {}, t.title), h('p', {}, texts.errors.role_too_low));
  const app = h('select', {}, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const tools = [
    tool([t.one, t.look], [photoField(t.photo)], 'analyze', ['photo'], look),
    tool([t.two, t.compare], [photoField(t.first), photoField(t.second)], 'verify?check_liveness=true', ['first_photo', 'second_photo'], compare),
    tool([t.find, t.search], [photoField(t.photo)], 'identify', ['photo'], find),
  ];
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro), field(t.app, app), ...tools);

  function tool([title, act], photos, path, names, show) {
    const result = h('div', { 'aria-live': 'polite' });
    const go = button(act, async () => {
      const blobs = photos.map((photo) => photo.blob());
      if (blobs.some((blob) => !blob)) return say(t.photo);
      const form = new FormData();
      names.forEach((name, index) => form.append(name, blobs[index], 'photo'));
      go.disabled = true;
      try {
        fill(result, h('p', { class: 'soft' }, t.busy));
        fill(result, ...await show(await ask('POST', `/apps/${app.value}/${path}`, form), photos, info),
          snippets(path.split('?')[0], names, app.value));
      } catch (error) {
        fill(result, h('p', { class: 'bad' }, error.message));
      }
      go.disabled = false;
    });
    return card(title, h('div', { class: 'cards' }, ...photos.map((photo) => photo.element)), h('div', { class: 'row' }, go), result);
  }
}

const least = (info, name) => info.thresholds[name]?.at_least ?? 0.5;

async function look(found, [photo], info) {
  const t = texts.try;
  await draw(photo.canvas, photo.blob(), found.faces);
  if (!found.faces.length) return [h('p', {}, t.noFace)];
  return [h('p', {}, t.faces(found.n_detected)), ...found.faces.slice(0, 3).map((face) => h('div', {}, ...about(face, info)))];
}

function about(face, info) {
  const t = texts.try;
  const judged = (title, value, name, good, bad) => (value
    ? scale(title, value.score, least(info, name), value.fine, value.fine ? good : bad)
    : h('p', { class: 'soft' }, `${title}: ${t.noCheck}`));
  const round = (angle) => Math.round(angle);
  const { age, male } = face.attributes;
  return [
    judged(t.live, face.liveness, 'liveness', t.isLive, t.notLive),
    judged(t.genuine, face.deepfake, 'deepfake', t.isGenuine, t.notGenuine),
    face.pose && h('p', {}, t.pose(round(face.pose.yaw), round(face.pose.pitch), round(face.pose.roll))),
    Number.isFinite(age) && Number.isFinite(male) && h('p', { class: 'soft' }, t.about(Math.round(age), male)),
  ];
}

async function compare(found, photos, info) {
  const t = texts.try;
  await Promise.all([[photos[0], found.first], [photos[1], found.second]]
    .map(([photo, face]) => draw(photo.canvas, photo.blob(), [face])));
  return [
    scale(t.similarity, found.similarity, found.threshold, found.same, found.same ? t.same : t.different),
    h('p', { class: 'soft' }, wrong(info, found.threshold)),
    ...[[t.first, found.first], [t.second, found.second]].map(([which, face]) => face.liveness
      && scale(`${which}, ${t.live.toLowerCase()}`, face.liveness.score, least(info, 'liveness'), face.liveness.fine, face.liveness.fine ? t.isLive : t.notLive)),
  ];
}

/** How often strangers pass, from the measurement that the similarity was calibrated on. */
function wrong(info, threshold) {
  const points = info.similarity.calibration.operating_points.filter((point) => point.similarity <= threshold + 1e-6);
  const nearest = points.sort((a, b) => b.similarity - a.similarity)[0];
  return nearest ? texts.try.wrong(Math.round(1 / nearest.fmr).toLocaleString('en')) : '';
}

async function find(found) {
  const t = texts.try;
  if (!found.candidates.length) {
    return [h('p', {}, t.nobody), found.best_similarity !== null
      && scale(t.similarity, found.best_similarity, found.threshold, false, t.different)];
  }
  return found.candidates.map((one) =>
    scale(`${one.name ?? one.subject} (${one.gallery})`, one.similarity, found.threshold, true, t.same));
}
