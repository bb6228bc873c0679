/** The box that questions are typed into. */

import { Problem } from './api.js';

const WHILE_COMPOSING = 229; // what Safari reports for the Enter that ends an IME composition

/**
 * Make a form send questions.
 *
 * @param {HTMLFormElement} form
 * @param {(question: string) => Promise<void>} send rejects with a `Problem` if the question is at
 *   fault; the question is then put back and the problem shown beside it
 * @returns {{send: (question: string) => void, focus: () => void}}
 */
export function setUpAskBox(form, send) {
  const field = form.querySelector('.ask-question');
  const button = form.querySelector('.ask-send');
  const note = form.querySelector('.ask-error');
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
    note.textContent = text;
    note.hidden = text === '';
    field.setAttribute('aria-invalid', String(text !== ''));
  };

  const submit = async () => {
    if (busy) return;
    const question = field.value.trim();
    busy = true;
    button.disabled = true;
    complain('');
    write('');
    if (touch.matches) field.blur();
    try {
      await send(question);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (field.value === '') write(question);
      complain(error.detail ?? error.message);
      field.focus();
    } finally {
      busy = false;
      button.disabled = false;
    }
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
    send: (question) => {
      write(question);
      submit();
    },
    focus: () => {
      if (!touch.matches) field.focus();
    },
  };
}
