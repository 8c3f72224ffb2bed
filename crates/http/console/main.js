// Which page is shown, and who is logged in.
import { ask, get } from './api.js';
import { button, fill, h, say } from './dom.js';
import { texts } from './texts.js';
import { apps } from './pages/apps.js';
import { audit } from './pages/audit.js';
import { challenge } from './pages/challenge.js';
import { enter } from './pages/enter.js';
import { links } from './pages/links.js';
import { operators } from './pages/operators.js';
import { people } from './pages/people.js';
import { settings } from './pages/settings.js';
import { start } from './pages/start.js';
import { thresholds } from './pages/thresholds.js';
import { tryOut } from './pages/try.js';
import { webhooks } from './pages/webhooks.js';

const pages = { start, try: tryOut, challenge, people, thresholds, apps, links, webhooks, operators, audit, settings };
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
/** Whether somebody has logged in here: the cookie itself is out of reach. */
const ENTERED = 'faceward-entered';
/** @type {any} */
let me = null;
/** What the page that is shown has to end when it is left. @type {(() => void)[]} */
let leaving = [];
/** Pages shown so far. A page that is slow finds another number, and has been left. */
let turns = 0;

/** What a page gets: who looks at it, how to show it anew, and what to do when it is left, be it left already. */
const context = (turn) => ({ me, show, onLeave: (act) => { if (turn === turns) leaving.push(act); else act(); } });

async function show() {
  turns += 1;
  const turn = turns;
  for (const act of leaving.splice(0)) act();
  const first = new URLSearchParams(location.hash.slice(1)).get('first');
  if (!me && !first && localStorage.getItem(ENTERED)) {
    try { me = await get('/session'); } catch (error) { if (error.code === 'unreachable') say(error.message); else left(); }
  }
  if (turn !== turns) return;
  head();
  if (!me) return enter(main, { first, entered: (who) => { me = who; localStorage.setItem(ENTERED, '1'); go('#start'); } });
  const name = location.hash.slice(1) || 'start';
  const page = Object.hasOwn(pages, name) ? pages[name] : start;
  document.title = `${texts.pages[name] ?? texts.pages.start} · Faceward`;
  // Each page has a place of its own: one that was left while it was loading fills what nobody sees.
  const place = h('div', {}, h('p', { class: 'soft' }, texts.loading));
  fill(main, place);
  try {
    await page(place, context(turn));
  } catch (error) {
    if (turn !== turns) return;
    if (error.code === 'not_logged_in') { left(); return show(); }
    fill(place, h('p', { class: 'bad' }, error.message), button(texts.again, show));
    if (!error.code) throw error;
  }
  if (turn === turns) main.focus({ preventScroll: true });
}

/** Shows the page of an address, once. */
function go(hash) {
  if (location.hash === hash) show(); else location.hash = hash;
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
  go('');
}

function left() {
  me = null;
  localStorage.removeItem(ENTERED);
}

addEventListener('hashchange', show);
show();
