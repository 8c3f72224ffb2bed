// What a new verification link asks for.
import { all, ask, get, piece } from '../api.js';
import { button, card, field, fill, h } from '../dom.js';
import { photoField } from '../photo.js';
import { texts } from '../texts.js';

/** Longest id, in characters. */
const LONGEST_ID = 120;
/** How long a link may live, in seconds; none: as the server is set. */
const LIVES = [['', 'server'], [900, 'quarter'], [3600, 'hour'], [86400, 'day'], [259200, 'days3'], [604800, 'days7']];

/**
 * @param {string} app
 * @param {(answer: any) => Promise<void>} made what to do with a link
 */
export async function newLink(app, made) {
  const t = texts.links;
  const known = (await all(`/apps/${app}/galleries`, 'galleries')).map((row) => row.gallery);
  const galleries = known.includes('default') ? known : ['default', ...known];
  const what = checks();
  const whose = compared(app, known, galleries);
  const who = enrolled(galleries);
  const life = h('select', {}, ...LIVES.map(([seconds, name]) => h('option', { value: seconds }, t.lives[name])));
  const back = h('input', { type: 'url', maxlength: 2000 });
  const own = h('input', { maxlength: LONGEST_ID });
  const problem = h('p', { class: 'bad', role: 'alert' });
  const go = button(t.button, async () => {
    const wanted = {
      ...what.value(), ...whose.value(), ...who.value(),
      ...(life.value && { expires_in: Number(life.value) }),
      ...(back.value.trim() && { return_url: back.value.trim() }),
      ...(own.value.trim() && { trx_id: own.value.trim() }),
    };
    go.disabled = true;
    fill(problem);
    try {
      await made(await ask('POST', `/apps/${app}/sessions`, whose.withPhoto(wanted)));
    } catch (error) {
      fill(problem, error.message);
    } finally {
      go.disabled = false;
    }
  });
  return card(t.make, what.element, whose.element, who.element,
    h('div', { class: 'cards' }, field(t.life, life), field(t.back, back), field(t.own, own)), problem, h('div', { class: 'row' }, go));
}

const tick = (text, checked = false, onchange = () => {}) => {
  const input = h('input', { type: 'checkbox', checked, onchange });
  return { input, element: h('label', { class: 'inline' }, input, text) };
};

/** What is checked. */
function checks() {
  const t = texts.links;
  const steps = h('select', {}, ...[2, 3, 4, 5, 6, 7, 8].map((n) => h('option', { value: n, selected: n === 4 }, n)));
  const more = h('div');
  const liveness = tick(t.checks.liveness, true);
  const deepfake = tick(t.checks.deepfake);
  const challenge = tick(t.checks.challenge, false, () => fill(more, challenge.input.checked && field(t.steps, steps)));
  const named = { liveness, deepfake, challenge };
  return {
    element: h('fieldset', {}, h('legend', {}, t.check), liveness.element, deepfake.element, challenge.element, more),
    value: () => ({
      checks: Object.keys(named).filter((name) => named[name].input.checked),
      ...(challenge.input.checked && { steps: Number(steps.value) }),
    }),
  };
}

/** Whose face it has to be. */
function compared(app, known, galleries) {
  const t = texts.links;
  const photo = photoField(t.photo);
  const options = h('datalist', { id: 'links-subjects' });
  const subject = h('input', { maxlength: LONGEST_ID, list: 'links-subjects', autocomplete: 'off' });
  const gallery = choice(galleries, subjects);
  const more = h('div');
  const whose = h('select', { onchange: choose }, ...Object.entries(t.whoseFace).map(([name, text]) => h('option', { value: name }, text)));
  const person = h('div', { class: 'cards' }, field(t.subject, subject), field(t.gallery, gallery), options);

  function choose() {
    photo.clear();
    fill(more, whose.value === 'subject' && person, whose.value === 'reference' && photo.element);
    if (whose.value === 'subject') subjects();
  }

  /** Those who can be chosen. Whoever is beyond the first page can still be typed. */
  async function subjects() {
    const of = gallery.value;
    const page = known.includes(of) ? await get(`/apps/${app}/galleries/${piece(of)}/subjects?limit=500`).catch(() => null) : null;
    if (of !== gallery.value) return;
    fill(options, ...(page?.subjects ?? []).map((row) => h('option', { value: row.subject }, row.name ?? '')));
  }

  return {
    element: h('div', {}, field(t.whose, whose), more),
    value: () => (whose.value === 'subject' ? { verify: { subject: subject.value.trim(), gallery: gallery.value } } : {}),
    withPhoto: (wanted) => {
      if (whose.value !== 'reference') return wanted;
      const form = new FormData();
      form.append('session', JSON.stringify(wanted));
      const blob = photo.blob();
      if (blob) form.append('reference', blob, 'photo');
      return form;
    },
  };
}

/** Who is enrolled afterwards. */
function enrolled(galleries) {
  const t = texts.links;
  const [subject, name] = [h('input', { maxlength: LONGEST_ID }), h('input', { maxlength: LONGEST_ID })];
  const gallery = choice(galleries, () => {});
  const more = h('div');
  const person = h('div', { class: 'cards' }, field(t.newSubject, subject), field(t.name, name), field(t.gallery, gallery));
  const enrol = tick(t.enrol, false, () => fill(more, enrol.input.checked && person));
  const value = () => ({ subject: subject.value.trim(), gallery: gallery.value, ...(name.value.trim() && { name: name.value.trim() }) });
  return { element: h('div', {}, enrol.element, more), value: () => (enrol.input.checked ? { enroll: value() } : {}) };
}

const choice = (names, onchange) => h('select', { onchange }, ...names.map((id) => h('option', { value: id }, id)));
