/** Which of the reports are asked. */

import { recall, remember } from './memory.js';

/** Sent on the document when other reports are asked, or other reports are there. */
export const SCOPE_CHANGED = 'scope-changed';

const REMEMBERED = 'ipqa.reports-left-out';

class Scope {
  #entries = [];
  #leftOut = new Set(remembered());

  /**
   * Take note of the reports that are there.
   *
   * @param {{id: string, title: string, edition: string}[]} entries
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

  /**
   * Which text of a report is asked now; empty if the report is gone, null if that is not known.
   *
   * @param {string} id
   */
  edition(id) {
    if (this.#entries.length === 0) return null;
    return this.#entries.find((entry) => entry.id === id)?.edition ?? '';
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

function remembered() {
  try {
    const ids = JSON.parse(recall(REMEMBERED) ?? '[]');
    return Array.isArray(ids) ? ids : [];
  } catch {
    return []; // not what this page wrote
  }
}

export const scope = new Scope();
