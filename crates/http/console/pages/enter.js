// Logging in, and making the first owner.
import { ask } from '../api.js';
import { card, field, fill, h } from '../dom.js';
import { texts } from '../texts.js';

export function enter(main, { first, entered }) {
  const name = h('input', { name: 'name', autocomplete: 'username', required: true, autofocus: true });
  const password = h('input', {
    name: 'password', type: 'password', required: true, minlength: first ? 12 : 1,
    autocomplete: first ? 'new-password' : 'current-password',
  });
  const problem = h('p', { class: 'bad', role: 'alert' });
  const submit = async (event) => {
    event.preventDefault();
    fill(problem);
    try {
      const who = { name: name.value.trim(), password: password.value };
      if (first) await ask('POST', '/first-owner', { invitation: first, ...who });
      entered(await ask('POST', '/session', who));
    } catch (error) {
      fill(problem, error.message);
      password.focus();
    }
  };
  const text = first ? texts.enter.firstText : null;
  fill(main, h('h1', {}, first ? texts.enter.firstTitle : texts.enter.title), card(null,
    text && h('p', {}, text),
    h('form', { onsubmit: submit },
      field(texts.enter.name, name), field(texts.enter.password, password), problem,
      h('button', {}, first ? texts.enter.firstButton : texts.enter.button)),
  ), !first && h('p', { class: 'soft' }, texts.enter.none));
  name.focus();
}
