/** Copying answers, and saving them as files. */

import { exported } from './api.js';
import { placeBeside } from './citations.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { say } from './i18n.js';
import { saveAs } from './saving.js';

const NOTICE_MS = 2500;
const ENDINGS = { markdown: 'md', text: 'txt', word: 'docx' };

/**
 * A button with a menu: copy as Markdown or as text, save as Markdown or for Word.
 *
 * @param {string} key of the button's message
 * @param {() => {title: string, exchanges: {question: string,
 *   answer: import('./api.js').Answer}[]}} content what is handed on, asked for when it is wanted
 * @returns {HTMLElement}
 */
export function handingOnMenu(key, content) {
  const menu = element('div', { class: 'card menu', popover: 'auto' });
  const button = say(element('button', { class: 'plain', type: 'button' }), key);
  button.popoverTargetElement = menu;
  menu.addEventListener('toggle', ({ newState }) => newState === 'open' && placeBeside(menu, button));
  const status = element('span', { class: 'note', role: 'status' });
  const entry = (name, act) => {
    const item = say(element('button', { class: 'menu-item', type: 'button' }), name);
    item.addEventListener('click', async () => {
      menu.hidePopover();
      button.focus();
      try {
        await act();
        status.replaceChildren(say(element('span'), `${name}.done`));
        setTimeout(() => status.replaceChildren(), NOTICE_MS);
      } catch (error) {
        status.replaceChildren(failureNote(error));
      }
    });
    return item;
  };
  menu.append(
    entry('handing.copyMarkdown', () => copy(content(), 'markdown')),
    entry('handing.copyText', () => copy(content(), 'text')),
    entry('handing.saveMarkdown', () => save(content(), 'markdown')),
    entry('handing.saveWord', () => save(content(), 'word')),
  );
  return element('span', { class: 'handing-on' }, button, menu, status);
}

/**
 * Put text on the clipboard.
 *
 * @param {string} text
 */
export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Over plain http from another machine, browsers offer the old way only.
  const field = element('textarea', { class: 'off-screen' });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

async function copy({ title, exchanges }, format) {
  const file = await exported(title, format, exchanges);
  await copyText(await file.text());
}

async function save({ title, exchanges }, format) {
  const name = title.replace(/[\\/:*?"<>|\p{Cc}\p{Cf}]/gu, ' ').trim() || 'ipqa';
  saveAs(await exported(title, format, exchanges), `${name}.${ENDINGS[format]}`);
}
