/** The API key: asked for when the server wants one, and kept until the tab is closed. */

import { element } from './dom.js';
import { say } from './i18n.js';

const KEPT = 'ipqa.key';
const SENDABLE = /^[!-~]+$/; // what a header can carry

/** @type {string | null} */
let current = recalled();
/** @type {Promise<void> | null} settled when a key has been entered */
let asking = null;

/**
 * The key that requests carry; null where none has been asked for.
 *
 * @returns {string | null}
 */
export function currentKey() {
  return current;
}

/**
 * The headers that carry the key.
 *
 * @returns {Object<string, string>}
 */
export function keyHeaders() {
  return current === null ? {} : { Authorization: `Bearer ${current}` };
}

/**
 * Wait for a key other than the one that the server has refused; several may wait for the same.
 *
 * @param {string | null} refused null where none was sent
 * @returns {Promise<void>}
 */
export function anotherKey(refused) {
  if (current !== refused) return Promise.resolve(); // entered while that request was under way
  asking ??= entered(refused !== null).finally(() => (asking = null));
  return asking;
}

/**
 * Have a button forget the key and begin anew.
 *
 * @param {HTMLButtonElement} button
 */
export function setUpKeyChange(button) {
  button.hidden = current === null;
  button.addEventListener('click', () => {
    keep(null);
    location.assign('/'); // what stands here was shown to the owner of that key
  });
}

/** Show the form until a key has been entered. */
function entered(wasRefused) {
  const field = element('input', {
    class: 'search',
    type: 'password',
    id: 'key',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'key-refused',
  });
  const refused = element('p', { class: 'key-refused', id: 'key-refused', role: 'alert' });
  const dialog = element(
    'dialog',
    { class: 'key', 'aria-labelledby': 'key-title' },
    element(
      'form',
      { method: 'dialog' },
      say(element('h2', { id: 'key-title' }), 'key.title'),
      say(element('p'), 'key.text'),
      say(element('label', { for: 'key' }), 'key.label'),
      field,
      refused,
      say(element('button', { class: 'primary', type: 'submit' }), 'key.send'),
    ),
  );
  const held = document.activeElement;
  document.body.append(dialog);
  const show = (isRefused) => {
    if (isRefused) say(refused, 'key.refused');
    field.setAttribute('aria-invalid', String(isRefused));
    if (!dialog.open) dialog.showModal();
    field.focus();
  };
  show(wasRefused);
  return new Promise((resolve) => {
    dialog.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const key = field.value.trim();
      if (!SENDABLE.test(key)) {
        show(true);
        return;
      }
      keep(key);
      dialog.remove();
      held?.focus();
      resolve();
    });
    // Escape closes it, and without a key there is nothing behind it.
    dialog.addEventListener('close', () => dialog.isConnected && show(false));
  });
}

function keep(key) {
  current = key;
  try {
    if (key === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, key);
  } catch {
    // Private windows may forbid storage; the key then lasts as long as the page.
  }
}

function recalled() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
