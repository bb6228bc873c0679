/** The box that questions are typed into. */

import { Problem } from './api.js';
import { element } from './dom.js';
import { label, language, say, sayPlaceholder } from './i18n.js';
import { recall, remember } from './memory.js';

const REMEMBERED = 'ipqa.model-writes';
const WHILE_COMPOSING = 229; // what Safari reports for the Enter that ends an IME composition

/**
 * Put a box for questions at the end of a view.
 *
 * @param {HTMLElement} view
 * @param {(question: string) => Promise<void>} ask rejects with a `Problem` if the question is at
 *   fault; the question is then put back and the problem shown beside it
 * @param {() => void} stop stops the question under way
 * @returns {{send: (question: string) => void, run: (question: string,
 *   ask: () => Promise<void>) => Promise<void>, focus: () => void,
 *   showScope: (asked: string[] | null, reports: {id: string, title: string}[]) => void}}
 */
export function setUpAskBox(view, ask, stop) {
  const error = element('p', { class: 'ask-error', id: 'ask-error', role: 'alert', hidden: true });
  const field = element('textarea', {
    id: 'question',
    class: 'ask-question',
    rows: 1,
    autocomplete: 'off',
    enterkeyhint: 'send',
    'aria-describedby': 'ask-error ask-hint',
  });
  label(sayPlaceholder(field, 'ask.placeholder'), 'ask.label');
  const send = say(element('button', { class: 'primary', type: 'submit' }), 'ask.send');
  const halt = say(
    element('button', { class: 'plain stop', type: 'button', hidden: true, click: stop }),
    'ask.stop',
  );
  const writes = element('input', { type: 'checkbox', id: 'model-writes' });
  writes.checked = recall(REMEMBERED) !== 'off';
  writes.addEventListener('change', () => remember(REMEMBERED, writes.checked ? 'on' : 'off'));
  const model = element('label', { class: 'model', for: 'model-writes', hidden: true }, writes);
  const asked = element('a', { class: 'scope', href: '/reports', 'data-view': 'reports' });
  const form = element(
    'form',
    { class: 'ask column', novalidate: true },
    error,
    element('div', { class: 'ask-box' }, field, halt, send),
    element(
      'p',
      { class: 'ask-hint' },
      say(element('span', { id: 'ask-hint', class: 'ask-keys' }), 'ask.hint'),
      model,
      asked,
    ),
  );
  view.append(form);
  // Where there is no mouse, focus opens a keyboard that covers half of the page.
  const touch = matchMedia('(pointer: coarse)');
  let busy = false;

  const fit = () => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  };
  const write = (question) => {
    field.value = question;
    fit();
  };
  const complain = (text) => {
    error.textContent = text;
    error.lang = language();
    error.hidden = text === '';
    field.setAttribute('aria-invalid', String(text !== ''));
  };
  const setBusy = (is) => {
    busy = is;
    const pressed = document.activeElement === send;
    send.hidden = is;
    if (!is && document.activeElement === halt) field.focus({ preventScroll: true });
    halt.hidden = !is;
    if (is && pressed) halt.focus({ preventScroll: true });
  };

  const run = async (question, act) => {
    if (busy) return;
    setBusy(true);
    complain('');
    try {
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (field.value === '') write(question);
      complain(problem.detail ?? problem.message);
      field.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = () => {
    if (busy) return;
    const question = field.value.trim();
    write('');
    if (touch.matches) field.blur();
    run(question, () => ask(question));
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener('input', () => {
    complain('');
    fit();
  });
  field.addEventListener('keydown', (event) => {
    const composing = event.isComposing || event.keyCode === WHILE_COMPOSING;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    submit();
  });

  return {
    send: (question) => run(question, () => ask(question)), // what is being typed stays
    run,
    focus: () => {
      if (!touch.matches) field.focus({ preventScroll: true });
    },
    /** Whether the model's words are wanted, where there is a model. */
    mode: () => (writes.checked ? 'auto' : 'extractive'),
    showModel: (name) => {
      model.hidden = name === null;
      if (name !== null) model.append(say(element('span'), 'ask.model', { model: name }));
    },
    showScope: (ids, reports) => {
      const [only] = reports.filter(({ id }) => ids === null || ids.includes(id));
      const count = ids?.length ?? reports.length;
      if (count === 1) say(asked, 'scope.one', { title: only.title });
      else if (ids === null) say(asked, 'scope.all', { count });
      else say(asked, 'scope.some', { count, all: reports.length });
    },
  };
}
