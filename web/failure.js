/** How the page tells that something went wrong. */

import { Problem, Unreachable } from './api.js';
import { element } from './dom.js';
import { language, say } from './i18n.js';

/**
 * A note on what went wrong, with a button to try again where that can help.
 *
 * @param {unknown} error
 * @param {() => void} [retry]
 * @returns {HTMLElement}
 */
export function failureNote(error, retry) {
  const note = element('div', { class: 'failure', role: 'alert' }, describe(error));
  if (retry && !(error instanceof Problem && error.isRequestAtFault)) {
    const click = ({ currentTarget }) => {
      currentTarget.closest('.pane, conversation-list')?.focus(); // the note goes
      retry();
    };
    const button = element('button', { class: 'plain', type: 'button', click });
    note.append(say(button, 'failure.retry'));
  }
  return note;
}

function describe(error) {
  const text = element('p');
  if (error instanceof Unreachable) return say(text, 'failure.unreachable');
  if (!(error instanceof Problem)) {
    console.error(error); // a fault of the page itself, which its author wants to see
    return say(text, 'failure.unexpected');
  }
  if (error.detail === null) return say(text, 'failure.status', { status: String(error.status) });
  text.lang = language(); // the server told it in the language that was in force
  text.append(error.detail);
  return text;
}
