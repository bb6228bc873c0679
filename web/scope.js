/** Which of the reports are asked. */

import { recall, remember } from './memory.js';

/** Sent on the document when other reports are asked, or other reports are there. */
export const SCOPE_CHANGED = 'scope-changed';

const REMEMBERED = 'ipqa.reports-left-out';

class Scope {
  #entries = [];
  #leftOut = new Set(JSON.parse(recall(REMEMBERED) ?? '[]'));

  /**
   * Take note of the reports that are there.
   *
   * @param {{id: string, title: string}[]} entries
   */
  know(entries) {
    this.#entries = entries;
    const ids = new Set(entries.map(({ id }) => id));
    if ([...ids].every((id) => this.#leftOut.has(id))) this.#leftOut.clear();
    this.#changed();
  }

  /** The reports that are there. */
  entries() {
    return this.#entries;
  }

  /** @param {string} id */
  isAsked(id) {
    return !this.#leftOut.has(id);
  }

  /** The ids of the reports that are asked; null for all of them. */
  asked() {
    const asked = this.#entries.filter(({ id }) => this.isAsked(id)).map(({ id }) => id);
    return asked.length === this.#entries.length ? null : asked;
  }

  /**
   * Ask a report from now on, or leave it out.
   *
   * @param {string} id
   * @param {boolean} isAsked
   */
  choose(id, isAsked) {
    if (isAsked) this.#leftOut.delete(id);
    else this.#leftOut.add(id);
    remember(REMEMBERED, JSON.stringify([...this.#leftOut]));
    this.#changed();
  }

  #changed() {
    document.dispatchEvent(new CustomEvent(SCOPE_CHANGED));
  }
}

export const scope = new Scope();
