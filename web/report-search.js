/** The search in the report that stands open. */

import { element } from './dom.js';
import { label, say, sayPlaceholder } from './i18n.js';

const ALL = 'found';
const CURRENT = 'found-current';
const MOST = 1000;
const TYPING_MS = 120;

/** A field, how many places were found, and steps between them. */
export class ReportSearch {
  /** @type {import('./report-text.js').ReportText | null} */
  #text = null;
  #found = [];
  #index = 0;
  #field;
  #count = element('span', { class: 'tour-count', 'aria-live': 'polite' });
  #steps;

  constructor() {
    this.#field = label(element('input', { class: 'search', type: 'search' }), 'reader.search');
    sayPlaceholder(this.#field, 'reader.search');
    const step = (sign, key, by) =>
      label(
        element('button', { class: 'plain icon', type: 'button', click: () => this.#go(by) }, sign),
        key,
      );
    this.#steps = element(
      'span',
      { class: 'steps', hidden: true },
      this.#count,
      step('↑', 'reader.previousFound', -1),
      step('↓', 'reader.nextFound', 1),
    );
    this.element = element('div', { class: 'report-search', role: 'search' }, this.#field, this.#steps);
    let timer = 0;
    this.#field.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#search(), TYPING_MS);
    });
    this.#field.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Enter') this.#go(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape' && this.clear()) event.stopPropagation();
    });
  }

  /** @param {import('./report-text.js').ReportText} text the report that stands open now */
  of(text) {
    this.#text = text;
    this.clear();
  }

  /** Move the keyboard here. */
  focus() {
    this.#field.focus();
    this.#field.select();
  }

  /**
   * Forget what was searched.
   *
   * @returns {boolean} whether there was anything
   */
  clear() {
    const had = this.#field.value !== '';
    this.#field.value = '';
    this.#search();
    return had;
  }

  /** Draw what was found again: where a place is highlighted, its blocks are written anew. */
  redraw() {
    const ranges = this.#found.map((stretch) => this.#text.range(stretch));
    CSS.highlights?.set(ALL, new Highlight(...ranges));
    CSS.highlights?.set(CURRENT, new Highlight(...ranges.slice(this.#index, this.#index + 1)));
  }

  #search() {
    const query = this.#field.value.trim();
    this.#found = query && this.#text ? this.#text.find(query).slice(0, MOST) : [];
    this.#index = 0;
    this.#steps.hidden = query === '';
    this.redraw();
    if (this.#found.length > 0) this.#go(0);
    else say(this.#count, 'reader.nothingFound');
  }

  #go(step) {
    const count = this.#found.length;
    if (count === 0) return;
    this.#index = (this.#index + step + count) % count;
    const range = this.#text.range(this.#found[this.#index]);
    CSS.highlights?.set(CURRENT, new Highlight(range));
    bringToMiddle(range);
    say(this.#count, 'reader.foundPosition', { number: this.#index + 1, count });
  }
}

/** Its block may be longer than the window, so the range itself is brought there. */
function bringToMiddle(range) {
  const block = range.startContainer.parentElement;
  const pane = block.closest('.reader-scroll');
  const bring = () => {
    block.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const at = range.getBoundingClientRect();
    const of = pane.getBoundingClientRect();
    pane.scrollBy({ top: at.top + at.height / 2 - (of.top + of.height / 2), behavior: 'instant' });
  };
  bring();
  requestAnimationFrame(bring); // what lies before it has been laid out, which may have moved it
}
