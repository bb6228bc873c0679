/** What the reader thinks of an answer: two buttons, and room for a comment. */

import { giveFeedback } from './api.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { label, say } from './i18n.js';

const LONGEST = 2000;

/**
 * Buttons that open a small form, which sends feedback on an answer.
 *
 * @param {import('./api.js').Answer} answer
 * @returns {{buttons: HTMLElement, form: HTMLElement}}
 */
export function feedbackOn(answer) {
  const form = element('form', { class: 'feedback-form', 'aria-live': 'off', hidden: true });
  const thumb = (key, helpful) => {
    const click = () => {
      for (const other of buttons.children) other.setAttribute('aria-pressed', String(other === button));
      ask(form, answer, helpful, buttons);
    };
    const button = say(
      element('button', { class: 'plain thumb', type: 'button', 'aria-pressed': 'false', click }),
      key,
    );
    return button;
  };
  const buttons = element(
    'span',
    { class: 'thumbs', role: 'group' },
    thumb('feedback.helpful', true),
    thumb('feedback.unhelpful', false),
  );
  return { buttons: label(buttons, 'feedback.label'), form };
}

function ask(form, answer, helpful, buttons) {
  const comment = element('textarea', { rows: 2, maxlength: LONGEST });
  comment.value = form.querySelector('textarea')?.value ?? ''; // the verdict may change, the words stay
  label(comment, helpful ? 'feedback.whyHelpful' : 'feedback.whyUnhelpful');
  const title = say(element('p', { class: 'note' }), helpful ? 'feedback.whyHelpful' : 'feedback.whyUnhelpful');
  const send = say(element('button', { class: 'plain', type: 'submit' }), 'feedback.send');
  const status = element('div', { role: 'status' });
  form.replaceChildren(title, comment, send, status);
  form.hidden = false;
  comment.focus();
  form.onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await giveFeedback(answer, helpful, comment.value.trim());
      const thanks = say(element('p', { class: 'note', tabindex: -1 }), 'feedback.thanks');
      form.replaceChildren(thanks);
      thanks.focus();
      for (const button of buttons.children) button.disabled = true;
    } catch (error) {
      send.disabled = false;
      send.focus();
      status.replaceChildren(failureNote(error));
    }
  };
}
