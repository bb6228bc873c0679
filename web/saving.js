/** Files that the page hands over. */

import { request } from './api.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { currentKey } from './key.js';

/**
 * Have the browser save a file.
 *
 * @param {Blob} file
 * @param {string} name
 */
export function saveAs(file, name) {
  const address = URL.createObjectURL(file);
  element('a', { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

/**
 * Have a link into the API save what it leads to, where that wants a key: a link cannot carry one.
 *
 * @param {HTMLAnchorElement} link
 * @param {string} name of the file
 */
export function saveWhereKeyed(link, name) {
  link.addEventListener('click', async (event) => {
    if (currentKey() === null) return; // the browser opens it
    event.preventDefault();
    try {
      saveAs(await (await request(link.getAttribute('href'))).blob(), name);
    } catch (error) {
      link.after(failureNote(error));
    }
  });
}
