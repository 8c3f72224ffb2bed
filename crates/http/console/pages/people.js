// Galleries and the people in them.
import { all, ask, piece } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { photoField } from '../photo.js';
import { texts } from '../texts.js';

export async function people(main, { me }) {
  const t = texts.people;
  const may = me.role !== 'auditor';
  let known = [];
  const apps = await all('/apps', 'apps');
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  const app = h('select', { onchange: () => galleries() }, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const gallery = h('select', { onchange: () => subjects() });
  const list = h('div');
  fill(main, h('h1', {}, t.title), field(t.app, app), field(t.gallery, gallery), list, may && enrol(), may && newGallery());
  await galleries();

  async function galleries() {
    const found = (await all(`/apps/${app.value}/galleries`, 'galleries')).map((row) => row.gallery);
    known = [...found];
    // It is there as soon as somebody is in it.
    if (!found.includes('default')) found.unshift('default');
    const chosen = found.includes(gallery.value) ? gallery.value : 'default';
    fill(gallery, ...found.map((id) => h('option', { value: id, selected: id === chosen }, id)));
    await subjects();
  }

  async function subjects() {
    const there = `/apps/${app.value}/galleries/${piece(gallery.value)}/subjects`;
    const rows = known.includes(gallery.value) ? await all(there, 'subjects') : [];
    const remove = (id) => async () => {
      if (!await sure(t.removeAsk(id), t.remove, texts.cancel)) return;
      await attempt(() => ask('DELETE', `/apps/${app.value}/galleries/${piece(gallery.value)}/subjects/${piece(id)}`), t.removed);
    };
    const cells = rows.map((row) => [row.subject, row.name ?? '', String(row.templates),
      may ? button(t.remove, remove(row.subject), 'danger') : '']);
    fill(list, card(null, cells.length ? table([t.subject, t.name, t.templates, ''], cells) : h('p', {}, texts.nothing)));
  }

  async function attempt(act, done) {
    try { await act(); say(done); } catch (error) { say(error.message); }
    await galleries();
  }

  function enrol() {
    const photo = photoField(texts.try.photo);
    const subject = h('input', { required: true, maxlength: 120 });
    const name = h('input', { maxlength: 120 });
    return card(t.enrol, photo.element, field(t.subject, subject), h('p', { class: 'soft' }, t.subjectHint), field(t.name, name),
      button(t.enrolButton, async () => {
        const blob = photo.blob();
        if (!blob || !subject.value.trim()) return say(`${texts.try.photo}, ${t.subject}`);
        const form = new FormData();
        form.append('photo', blob, 'photo');
        form.append('subject', subject.value);
        form.append('gallery', gallery.value);
        if (name.value.trim()) form.append('name', name.value);
        await attempt(async () => {
          await ask('POST', `/apps/${app.value}/enroll`, form);
          // The next photo is of somebody else.
          photo.clear();
        }, t.enrolled(subject.value));
        if (!photo.blob()) subject.value = name.value = '';
      }));
  }

  function newGallery() {
    const id = h('input', { maxlength: 120 });
    return card(t.newGallery, field(t.gallery, id), button(t.create, async () => {
      try { await ask('POST', `/apps/${app.value}/galleries`, { gallery: id.value }); } catch (error) { say(error.message); }
      await galleries();
    }));
  }
}
