// From the link to the end. The server says what comes next; the page shows it.
import { ask, session } from './api.js';
import { button, fill, h } from './dom.js';
import { challenge } from './steps/challenge.js';
import { consent } from './steps/consent.js';
import { end } from './steps/end.js';
import { selfie } from './steps/selfie.js';
import { texts } from './texts.js';

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const STEPS = { consent, selfie, challenge };

/** Shows what comes next, and reads on there. */
export function show(...children) {
  fill(main, ...children);
  const title = main.querySelector('h1');
  document.title = title ? `${title.textContent} – ${texts.title}` : texts.title;
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** @param {import('./api.js').View} view */
function next(view) {
  const known = session(view.session_id);
  const step = STEPS[/** @type {keyof typeof STEPS} */ (view.step)];
  if (!step) return view.step === 'finish' ? resume(known) : show(...end(view.state, view));
  return step({ view, session: known, show, next, fail });
}

/** What the server has to do yet. */
function resume(known) {
  setTimeout(() => known.show().then(next, fail), 1000);
  show(h('p', { role: 'status' }, texts.loading));
}

/** What the person cannot mend here. */
function fail(error) {
  const ends = { session_not_found: 'unknown', session_taken: 'taken' };
  if (error.code in ends) return show(...end(ends[error.code], null));
  // Something changed meanwhile: the server knows what.
  if (['session_over', 'session_elsewhere'].includes(error.code)) return start();
  show(h('h1', {}, texts.title), h('p', { role: 'alert' }, error.message), h('div', { class: 'buttons' }, button(texts.again, start)));
}

function welcome(token) {
  const t = texts.open;
  const go = button(t.start, async () => {
    go.disabled = true;
    try {
      enter(await ask('POST', '/open', { token }));
    } catch (error) { fail(error); }
  });
  show(h('h1', {}, t.title), h('p', {}, t.intro), h('p', { class: 'soft' }, t.device), h('div', { class: 'buttons' }, go));
}

/** From here on the browser is known by its cookie: the secret leaves the address, and with it the history. */
function enter(view) {
  history.replaceState(null, '', `/s/#${view.session_id}`);
  next(view);
}

async function start() {
  const [, , token] = location.pathname.split('/');
  const id = location.hash.slice(1);
  try {
    if (!token) return id ? next(await session(id).show()) : show(...end('unknown', null));
    const found = await ask('POST', '/look', { token });
    if (found.yours) return enter(await session(found.session_id).show());
    if (found.state === 'created') return welcome(token);
    show(...end(['opened', 'consented'].includes(found.state) ? 'taken' : found.state, null));
  } catch (error) { fail(error); }
}

start();
