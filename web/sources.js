/** Primary sources, as they stand below a citation and behind a reference mark. */

import { element, externalLink, unturned } from './dom.js';
import { say } from './i18n.js';

const NOTES = { ambiguous: 'source.ambiguous', missing: 'source.missing' };

/**
 * A list of primary sources, each with its mark, its title and what is uncertain about it.
 *
 * @param {import('./api.js').CitedSource[]} sources
 * @returns {HTMLElement}
 */
export function sourceList(sources) {
  return element('ul', { class: 'sources', role: 'list' }, ...sources.map(sourceItem));
}

function sourceItem({ mark, title, url, status }) {
  const number = say(element('span', { class: 'source-mark' }), 'source.mark', { mark });
  const entry = element('span');
  const text = unturned(title || url || '');
  if (text && status !== 'missing') {
    const said = url ? externalLink(url, text) : element('span', {}, text);
    said.lang = 'ja';
    entry.append(element('bdi', {}, said), ' ');
  }
  if (status in NOTES) entry.append(say(element('span', { class: 'tag' }), NOTES[status]));
  return element('li', { class: 'source' }, number, entry);
}
