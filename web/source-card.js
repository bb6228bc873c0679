/** The small card that opens from a reference mark and shows what the mark leads to. */

import { element } from './dom.js';
import { sourceList } from './sources.js';

const MARGIN = 12;

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
    this.element = element('div', { class: 'source-card', popover: 'auto' });
  }

  /**
   * Show what a mark leads to, next to it.
   *
   * @param {import('./api.js').ReportMark} mark
   * @param {HTMLElement} anchor
   */
  open(mark, anchor) {
    this.element.replaceChildren(sourceList(sourcesBehind(mark)));
    this.element.showPopover({ source: anchor });
    this.#anchor = anchor;
    this.follow();
  }

  /** Stay next to the mark while the text scrolls, and go when it goes. */
  follow() {
    if (!this.element.matches(':popover-open')) return;
    const at = this.#anchor.getBoundingClientRect();
    const pane = this.element.parentElement.getBoundingClientRect();
    if (at.bottom < pane.top || at.top > pane.bottom) {
      this.close();
      return;
    }
    const own = this.element.getBoundingClientRect();
    const right = document.documentElement.clientWidth - own.width - MARGIN;
    const below = at.bottom + own.height + MARGIN < document.documentElement.clientHeight;
    this.element.style.left = `${Math.max(MARGIN, Math.min(at.left, right))}px`;
    this.element.style.top = `${below ? at.bottom + 4 : at.top - own.height - 4}px`;
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
