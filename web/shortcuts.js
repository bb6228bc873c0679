/** Shortcuts for the keyboard, and the card that lists them. */

import { element } from './dom.js';
import { say } from './i18n.js';
import { recall, remember } from './memory.js';

const REMEMBERED = 'ipqa.shortcuts';
const LISTED = [
  ['/', 'shortcuts.ask'],
  ['n', 'shortcuts.begin'],
  ['c', 'shortcuts.conversations'],
  ['[', 'shortcuts.previous'],
  [']', 'shortcuts.next'],
  ['s', 'shortcuts.search'],
  ['Esc', 'shortcuts.dismiss'],
  ['?', 'shortcuts.list'],
];

/**
 * @param {{ask: () => void, begin: () => void, conversations: () => void,
 *   citation: (step: number) => void, search: () => void, dismiss: () => void}} actions
 */
export function setUpShortcuts(actions) {
  const dialog = listing();
  document.body.append(dialog);
  const show = () => dialog.showModal();
  const keys = {
    '/': actions.ask,
    '?': show,
    n: actions.begin,
    c: actions.conversations,
    '[': () => actions.citation(-1),
    ']': () => actions.citation(1),
    s: actions.search,
  };
  document.querySelector('.shortcuts-open').addEventListener('click', show);
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const { target } = event;
    const writing = target.matches?.('textarea, input:not([type=checkbox]), select, [contenteditable]');
    if (event.key === 'Escape') {
      // the browser closes popovers first, and Escape in a field is the field's, if it holds anything
      if (!(writing && target.value) && !document.querySelector('.menu:popover-open, .source-card:popover-open')) {
        actions.dismiss();
      }
      return;
    }
    if (writing || !(event.key in keys) || recall(REMEMBERED) === 'off') return;
    event.preventDefault();
    keys[event.key]();
  });
}

function listing() {
  const rows = LISTED.map(([key, meaning]) =>
    element('div', {}, element('dt', {}, element('kbd', {}, key)), say(element('dd'), meaning)),
  );
  // Keys without a modifier get in the way of speech input, so they can be turned off.
  const on = element('input', { type: 'checkbox', id: 'shortcuts-on' });
  on.checked = recall(REMEMBERED) !== 'off';
  on.addEventListener('change', () => remember(REMEMBERED, on.checked ? 'on' : 'off'));
  const close = say(element('button', { class: 'plain', type: 'submit' }), 'shortcuts.close');
  return element(
    'dialog',
    { class: 'shortcuts', 'aria-labelledby': 'shortcuts-title' },
    element(
      'form',
      { method: 'dialog' },
      say(element('h2', { id: 'shortcuts-title' }), 'shortcuts.title'),
      element('dl', {}, ...rows),
      element('p', { class: 'check' }, on, say(element('label', { for: 'shortcuts-on' }), 'shortcuts.on')),
      close,
    ),
  );
}
