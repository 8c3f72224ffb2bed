// Galleries and the people in them.
import { all, ask, piece } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { texts } from '../texts.js';
import { enrolMany, enrolOne } from './enrol.js';

export async function people(main, { me }) {
  const t = texts.people;
  const may = me.role !== 'auditor';
  let known = [];
  const apps = await all('/apps', 'apps');
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  const app = h('select', { onchange: () => galleries() }, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const gallery = h('select', { onchange: () => subjects() });
  const list = h('div');
  const place = { app: () => app.value, gallery: () => gallery.value, changed: galleries };
  fill(main, h('h1', {}, t.title), field(t.app, app), field(t.gallery, gallery), list,
    may && enrolOne(place), may && enrolMany(place), may && newGallery());
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

  function newGallery() {
    const id = h('input', { maxlength: 120 });
    return card(t.newGallery, field(t.gallery, id), button(t.create, async () => {
      try { await ask('POST', `/apps/${app.value}/galleries`, { gallery: id.value }); } catch (error) { say(error.message); }
      await galleries();
    }));
  }
}
