// What a threshold costs: strangers let in, honest people sent away.
import { all, ask, get } from '../api.js';
import { spread, tradeOff } from '../curves.js';
import { read, shipped, similarityOf } from '../data.js';
import { button, card, field, fill, h, say } from '../dom.js';
import { copied } from '../snippets.js';
import { texts } from '../texts.js';

/** Pairs below which a rate is an anecdote (the rule of 30). */
const FEW = 30;
/** A search compares with everybody: this many unless something else is typed. */
const ENROLLED = 1000;

export async function thresholds(main, { me }) {
  const t = texts.thresholds;
  const [info, data, apps] = await Promise.all([get('/info'), shipped(), all('/apps', 'apps')]);
  const { knots } = info.similarity.calibration;
  const inForce = info.similarity.threshold;
  let measured = data;
  let name = '';
  let chosen = '';
  const slider = h('input', { type: 'range', min: 0, step: 1, class: 'wide', oninput: show });
  const people = h('input', { type: 'number', min: 1, max: 100_000_000, value: ENROLLED, oninput: show });
  const said = h('p', { class: 'order' });
  const [figures, search, curves, apply, about] = Array.from({ length: 5 }, () => h('div'));
  const file = h('input', { type: 'file', accept: 'application/json,.json', onchange: async () => {
    if (!file.files[0]) return;
    try {
      const found = read(await file.files[0].text());
      use(found, file.files[0].name);
    } catch (error) {
      say(error.message);
    }
    file.value = '';
  } });
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro),
    card(null, h('label', {}, t.slider, slider), said,
      h('div', { class: 'row' }, button(t.toForce(inForce.toFixed(2)), () => { choose(inForce); show(); }, 'plain')), figures,
      field(t.enrolled, people), search),
    curves, apply, card(t.data, about, field(t.upload, file), h('div', { class: 'row' }, button(t.back, () => use(data, ''), 'plain'))));
  use(data, '');

  function use(found, called) {
    [measured, name] = [found, called];
    slider.max = String(measured.det.length - 1);
    choose(inForce);
    fill(about, ...origin());
    show();
  }

  /** The measured point that is nearest to a similarity. */
  function choose(similarity) {
    const off = (point) => Math.abs(similarityOf(point.threshold, knots) - similarity);
    const best = measured.det.reduce((nearest, point, index) => (off(point) < off(measured.det[nearest]) ? index : nearest), 0);
    slider.value = String(best);
  }

  function show() {
    const point = measured.det[Number(slider.value)];
    const similarity = similarityOf(point.threshold, knots).toFixed(3);
    const text = t.similarity(similarity, point.threshold.toFixed(3));
    slider.setAttribute('aria-valuetext', text);
    fill(said, text);
    const n = Math.round(point.fmr * measured.n_impostor);
    fill(figures, h('div', { class: 'cards' },
      figure(t.strangers, point.fmr, n > 0 ? point.fmr_ci : null, 10_000, t.letIn), figure(t.honest, point.fnmr, point.fnmr_ci, 100, t.sentAway)),
    n < FEW && h('p', { class: 'warn' }, t.few(n)));
    const enrolled = Math.max(1, Number(people.value) || 1);
    fill(search, h('p', {}, t.search(short(100 * (1 - (1 - point.fmr) ** enrolled)), enrolled.toLocaleString('en'))));
    fill(curves, h('div', { class: 'cards wide' }, card(t.det, tradeOff(measured.det, point)),
      measured.scores && card(t.histogram, spread(measured.scores, point.threshold))));
    fill(apply, card(t.apply, ...(me.role !== 'auditor' && apps.length > 0 ? [h('p', {}, t.applyApp), forOne(Number(similarity))] : []), h('p', {}, t.applyText),
      copied(t.applyFile, `[thresholds]\nsimilarity = ${similarity}`),
      copied(t.applyFlag, `faceward serve --set thresholds.similarity=${similarity}`),
      copied(t.applyVariable, `FACEWARD_THRESHOLDS__SIMILARITY=${similarity}`), h('p', { class: 'soft' }, t.perRequest)));
  }

  /** Puts a threshold into use for one app, or takes its own away. */
  function forOne(similarity) {
    const label = (app) => `${app.name}: ${app.similarity_threshold === null ? t.servers : t.own(app.similarity_threshold)}`;
    const which = h('select', {}, ...apps.map((app) => h('option', { value: app.app_id, selected: app.app_id === chosen }, label(app))));
    const set = async (value) => {
      chosen = which.value;
      try {
        const changed = await ask('PATCH', `/apps/${which.value}`, { similarity_threshold: value });
        apps.splice(apps.findIndex((app) => app.app_id === changed.app_id), 1, changed);
        say(t.used(changed.name, value ?? t.servers));
        show();
      } catch (error) {
        say(error.message);
      }
    };
    return h('div', {}, field(t.app, which),
      h('div', { class: 'row' }, button(t.use, () => set(similarity)), button(t.asServer, () => set(null), 'plain')));
  }

  function origin() {
    const number = (value) => value.toLocaleString('en');
    return [h('p', {}, name ? t.uploaded(name) : t.shipped),
      h('p', {}, t.counts(number(measured.n_photos), number(measured.n_persons), number(measured.n_genuine), number(measured.n_impostor))),
      measured.model !== info.similarity.model && h('p', { class: 'bad' }, t.otherModel(measured.model, info.similarity.model))];
  }
}

function figure(title, rate, interval, of, what) {
  const t = texts.thresholds;
  return h('div', { class: 'card' }, h('h2', {}, title), h('div', { class: 'figure' }, short(rate * of)), h('div', {}, what),
    h('div', { class: 'soft' }, interval ? t.between(short(interval[0] * of), short(interval[1] * of)) : t.unsure));
}

/** As many digits as mean something. */
function short(value) {
  if (value === 0) return '0';
  return value >= 10 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));
}
