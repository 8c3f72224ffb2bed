// The request that an app would send, to copy.
import { button, card, h, say } from './dom.js';
import { texts } from './texts.js';

/** What an app asks where an operator asks `what`. */
const PATHS = { analyze: '/v1/analyze', verify: '/api/v1.0/verify?check_liveness=true', identify: '/api/v1.0/identify' };

export function snippets(what, names, app) {
  const url = location.origin + PATHS[what];
  const curl = [`curl '${url}' -H 'APP-ID: ${app}' -H 'APP-KEY: ...'`, ...names.map((name) => `-F ${name}=@photo.jpg`)].join(' \\\n  ');
  const python = `import requests\nanswer = requests.post("${url}", headers={"APP-ID": "${app}", "APP-KEY": "..."},\n`
    + `    files={${names.map((name) => `"${name}": open("photo.jpg", "rb")`).join(', ')}})\nprint(answer.json())`;
  const script = `const form = new FormData();\n${names.map((name) => `form.append("${name}", file);`).join('\n')}\n`
    + `const answer = await fetch("${url}", {\n  method: "POST", body: form, headers: {"APP-ID": "${app}", "APP-KEY": "..."} });`;
  return card(texts.try.request, copied('curl', curl), copied('Python', python), copied('JavaScript', script));
}

/** Text to copy, behind its title. */
export function copied(title, text) {
  return h('details', {}, h('summary', {}, title), h('pre', { tabindex: 0, 'aria-label': title }, text), h('div', { class: 'row' }, copyButton(text)));
}

/** Copies the text. */
export function copyButton(text) {
  return button(texts.copy, async () => {
    // Without TLS, and elsewhere than on localhost, the browser gives no clipboard.
    try { await navigator.clipboard.writeText(text); say(texts.copied); } catch { say(texts.notCopied); }
  }, 'plain');
}
