// Apps, their keys and settings.
import { all, ask } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { texts } from '../texts.js';

export async function apps(main, { me, show }, created = null) {
  const t = texts.apps;
  const may = me.role !== 'auditor';
  const secret = h('div', { 'aria-live': 'polite' });
  const form = h('div');
  const rows = await all('/apps', 'apps');
  const attempt = async (act) => { try { return await act(); } catch (error) { say(error.message); return null; } };
  const reveal = (made) => made && fill(secret, card(t.keyOnce,
    h('p', {}, `${t.id}: `, h('code', { class: 'secret' }, made.app_id)),
    h('p', {}, `${t.key}: `, h('code', { class: 'secret' }, made.app_key))));
  const acts = (app) => [h('div', { class: 'row' },
    button(t.newKey, async () => {
      if (await sure(t.newKeyAsk, t.newKey, texts.cancel)) reveal(await attempt(() => ask('POST', `/apps/${app.app_id}/keys`, {})));
    }, 'plain'),
    button(t.limits, () => fill(form, change(app)), 'plain'),
    button(app.disabled ? t.switchOn : t.switchOff, async () => {
      await attempt(() => ask('PATCH', `/apps/${app.app_id}`, { disabled: !app.disabled }));
      show();
    }, 'plain'),
    me.role === 'owner' && button(t.remove, async () => {
      if (!await sure(t.removeAsk(app.name), t.remove, texts.cancel)) return;
      await attempt(() => ask('DELETE', `/apps/${app.app_id}`));
      show();
    }, 'danger'))];
  const cells = rows.map((app) => [app.name, h('code', {}, app.app_id), app.disabled ? t.off : t.on, may ? acts(app) : '']);
  const name = h('input', { maxlength: 120 });
  fill(main, h('h1', {}, t.title), secret, card(null, table([t.name, t.id, t.state, ''], cells)), form,
    may && card(t.create, field(t.name, name), button(t.create, async () => {
      const made = await attempt(() => ask('POST', '/apps', { name: name.value }));
      if (made) await apps(main, { me, show }, made);
    })));
  reveal(created);

  function change(app) {
    const number = (value) => h('input', { type: 'number', min: 0, value: value ?? 0 });
    const [perMinute, perDay] = [number(app.requests_per_minute), number(app.requests_per_day)];
    const title = h('input', { value: app.name, maxlength: 120 });
    const origins = h('textarea', { rows: 3 }, app.origins.join('\n'));
    const score = (value) => h('input', { type: 'number', min: 0, max: 1, step: 'any', value: value ?? '' });
    const [similarity, liveness, deepfake] = [app.similarity_threshold, app.liveness_threshold, app.deepfake_threshold].map(score);
    const tick = (checked) => h('input', { type: 'checkbox', checked });
    const [demography, race, enrolLive, compareLive] = [app.demography, app.race, app.enroll.live, app.compare.live].map(tick);
    const [enrolQuality, compareQuality] = [app.enroll.quality, app.compare.quality].map(score);
    const days = h('input', { type: 'number', min: 1, max: 36500, value: app.expire_after_days ?? '' });
    const ticked = (input, text) => h('label', { class: 'inline' }, input, text);
    const said = (input) => (input.value === '' ? null : Number(input.value));
    const consent = app.consent ?? { version: '', text: '' };
    const version = h('input', { value: consent.version, maxlength: 60 });
    const text = h('textarea', { rows: 6, maxlength: 10000 }, consent.text);
    const mirrored = h('input', { type: 'checkbox', checked: app.mirrored });
    return card(app.name, field(t.name, title), field(t.perMinute, perMinute), field(t.perDay, perDay), field(t.origins, origins),
      h('label', { class: 'inline' }, mirrored, t.mirrored),
      h('h2', {}, t.judging), h('p', { class: 'soft' }, t.judgingText), field(t.similarity, similarity), field(t.liveness, liveness), field(t.deepfake, deepfake),
      h('h2', {}, t.demands), h('p', { class: 'soft' }, t.demandsText), ticked(enrolLive, t.enrolLive), field(t.enrolQuality, enrolQuality),
      ticked(compareLive, t.compareLive), field(t.compareQuality, compareQuality),
      h('h2', {}, t.privacy), ticked(demography, t.demography), ticked(race, t.race), field(t.days, days),
      h('h2', {}, t.consent), h('p', { class: 'soft' }, t.consentText), field(t.consentVersion, version), field(t.consentWords, text),
      button(t.save, async () => {
        const changed = await attempt(() => ask('PATCH', `/apps/${app.app_id}`, {
          name: title.value, mirrored: mirrored.checked, origins: origins.value.split(/\s+/).filter(Boolean),
          requests_per_minute: Number(perMinute.value), requests_per_day: Number(perDay.value),
          similarity_threshold: said(similarity), liveness_threshold: said(liveness), deepfake_threshold: said(deepfake),
          demography: demography.checked, race: race.checked, expire_after_days: said(days),
          enroll: { live: enrolLive.checked, quality: said(enrolQuality) }, compare: { live: compareLive.checked, quality: said(compareQuality) },
          consent: version.value || text.value ? { version: version.value, text: text.value } : null,
        }));
        if (changed) { say(t.saved); show(); }
      }));
  }
}
