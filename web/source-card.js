/** The small card that opens from a reference mark and shows what the mark leads to. */

import { placeBeside } from './citations.js';
import { element } from './dom.js';
import { say } from './i18n.js';
import { sourceList } from './sources.js';

/**
 * Sent (bubbling) by a reference mark that was pressed.
 *
 * @typedef {CustomEvent<{mark: import('./api.js').ReportMark, anchor: HTMLElement}>} OpenSources
 */
export const OPEN_SOURCES = 'open-sources';

/** One card, moved to whichever mark was pressed last. */
export class SourceCard {
  /** @type {HTMLElement | null} */
  #anchor = null;

  constructor() {
    this.element = element('div', { class: 'card source-card', popover: 'auto' });
  }

  /**
   * Show what a mark leads to, next to it.
   *
   * @param {import('./api.js').ReportMark} mark
   * @param {HTMLElement} anchor
   * @param {() => void} goToList goes to the entry of the source list; null where there is none
   */
  open(mark, anchor, goToList) {
    const go = () => {
      this.close();
      goToList();
    };
    this.element.replaceChildren(
      sourceList(sourcesBehind(mark)),
      ...(goToList ? [say(element('button', { class: 'plain', type: 'button', click: go }), 'source.goToList')] : []),
    );
    this.element.showPopover({ source: anchor });
    this.#anchor = anchor;
    this.follow();
  }

  /** Stay next to the mark while the text scrolls, and go when it goes. */
  follow() {
    if (!this.element.matches(':popover-open')) return;
    const at = this.#anchor.getBoundingClientRect();
    const pane = this.element.parentElement.getBoundingClientRect();
    if (at.bottom < pane.top || at.top > pane.bottom) this.close();
    else placeBeside(this.element, this.#anchor);
  }

  /** Hide the card. */
  close() {
    this.element.hidePopover();
  }
}

function sourcesBehind({ series, number, status, sources }) {
  const mark = `${series}${number}`;
  if (sources.length === 0) return [{ mark, title: '', url: null, status }];
  return sources.map(({ title, url }) => ({ mark, title, url, status }));
}
