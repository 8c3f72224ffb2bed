// Which page is shown, and who is logged in.
import { ask, get } from './api.js';
import { button, fill, h, say } from './dom.js';
import { texts } from './texts.js';
import { apps } from './pages/apps.js';
import { audit } from './pages/audit.js';
import { challenge } from './pages/challenge.js';
import { enter } from './pages/enter.js';
import { operators } from './pages/operators.js';
import { people } from './pages/people.js';
import { settings } from './pages/settings.js';
import { start } from './pages/start.js';
import { thresholds } from './pages/thresholds.js';
import { tryOut } from './pages/try.js';

const pages = { start, try: tryOut, challenge, people, thresholds, apps, operators, audit, settings };
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
/** Whether somebody has logged in here: the cookie itself is out of reach. */
const ENTERED = 'faceward-entered';
/** @type {any} */
let me = null;
/** @type {(() => void) | null} */
let leave = null;

/** What a page gets: who looks at it, and how to show something else. */
const context = () => ({ me, show, onLeave: (act) => { leave = act; } });

async function show() {
  if (leave) { leave(); leave = null; }
  const first = new URLSearchParams(location.hash.slice(1)).get('first');
  if (!me && !first && localStorage.getItem(ENTERED)) {
    try { me = await get('/session'); } catch (error) { if (error.code === 'unreachable') say(error.message); else left(); }
  }
  head();
  if (!me) return enter(main, { first, entered: (who) => { me = who; localStorage.setItem(ENTERED, '1'); location.hash = '#start'; show(); } });
  const name = location.hash.slice(1) || 'start';
  const page = Object.hasOwn(pages, name) ? pages[name] : start;
  document.title = `${texts.pages[name] ?? texts.pages.start} · Faceward`;
  fill(main, h('p', { class: 'soft' }, texts.loading));
  try {
    await page(main, context());
  } catch (error) {
    if (error.code === 'not_logged_in') { left(); return show(); }
    fill(main, h('p', { class: 'bad' }, error.message), button(texts.again, show));
    if (!error.code) throw error;
  }
  main.focus({ preventScroll: true });
}

function head() {
  const header = /** @type {HTMLElement} */ (document.getElementById('header'));
  const here = location.hash.slice(1) || 'start';
  const names = Object.keys(pages).filter((name) => name !== 'operators' || me?.role === 'owner');
  const link = (name) => h('a', { href: `#${name}`, 'aria-current': name === here && 'page' }, texts.pages[name]);
  fill(header,
    h('span', { class: 'brand' }, 'Faceward'),
    me && h('span', { class: 'who' }, `${me.name}, ${me.role}`),
    me && button(texts.out, logOut, 'plain'),
    me && h('nav', { 'aria-label': 'Pages' }, ...names.map(link)));
}

async function logOut() {
  try { await ask('DELETE', '/session'); } catch (error) { say(error.message); }
  left();
  location.hash = '';
  show();
}

function left() {
  me = null;
  localStorage.removeItem(ENTERED);
}

addEventListener('hashchange', show);
show();
