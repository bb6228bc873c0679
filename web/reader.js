/** `<report-reader>`: a report, opened at a cited place. */

import { loadReport } from './api.js';
import { element, scrollBehavior } from './dom.js';
import { failureNote } from './failure.js';
import { label, say, translate } from './i18n.js';
import { ReportText } from './report-text.js';
import { OPEN_SOURCES, SourceCard } from './source-card.js';

/** Sent (bubbling) when another citation of the same answer is wanted; `detail` is its index. */
export const TURN_TO = 'turn-to-citation';
/** Sent (bubbling) when the reader asks to be closed. */
export const CLOSE = 'close-reader';

/**
 * The citations of the answer that the reader was opened from, and which of them is shown.
 *
 * @typedef {{citations: import('./api.js').Citation[], index: number}} Tour
 */

class ReportReader extends HTMLElement {
  /** @type {Map<string, {outline: import('./api.js').Outline, text: ReportText}>} */
  #loaded = new Map();
  #shown = null;
  #latest = 0;
  #index = 0;
  #card = new SourceCard();
  #parts = {};

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const close = button('plain icon', '×', 'reader.close', () => this.#send(CLOSE));
    const previous = button('plain icon', '‹', 'reader.previous', () => this.#turn(-1));
    const next = button('plain icon', '›', 'reader.next', () => this.#turn(1));
    const count = element('span', { class: 'tour-count', 'aria-live': 'polite' });
    const tour = element('div', { class: 'tour', role: 'group' }, previous, count, next);
    label(tour, 'reader.tour');
    const sections = label(element('nav', { class: 'outline-panel' }), 'reader.outline');
    const outline = element(
      'details',
      { class: 'outline' },
      say(element('summary', { class: 'plain' }), 'reader.outline'),
      sections,
    );
    const body = element('div', { class: 'reader-body' });
    const scroller = element('div', { class: 'reader-scroll', tabindex: 0, role: 'region' }, body);
    label(scroller, 'reader.text');
    scroller.addEventListener('scroll', () => this.#card.follow(), { passive: true });
    this.#parts = { previous, next, count, tour, sections, outline, body, scroller };
    this.append(
      element('div', { class: 'reader-bar' }, outline, tour, close),
      scroller,
      this.#card.element,
    );
    this.addEventListener(OPEN_SOURCES, ({ detail }) => {
      this.#card.open(detail.mark, detail.anchor);
    });
    this.addEventListener('click', (event) => {
      if (!outline.contains(event.target)) outline.open = false;
    });
  }

  /**
   * Open a report, at a place if one is given.
   *
   * @param {import('./place.js').Place} place
   * @param {Tour | null} tour
   * @param {boolean} moveFocus whether the keyboard should go on from the highlight
   * @returns {Promise<void>} once the report stands there, or its failure is shown
   */
  async show(place, tour, moveFocus) {
    this.#latest += 1;
    const turn = this.#latest;
    this.hidden = false;
    this.#showTour(tour);
    const near = this.#shown !== null && this.#shown === this.#loaded.get(place.report);
    try {
      if (!this.#loaded.has(place.report)) await this.#load(place.report);
      if (turn !== this.#latest) return; // another place was asked for meanwhile
      this.#mount(this.#loaded.get(place.report));
      this.#goTo(place, near, moveFocus);
    } catch (error) {
      if (turn !== this.#latest) return;
      this.#shown = null;
      this.#parts.outline.hidden = true;
      this.#parts.body.replaceChildren(
        failureNote(error, () => this.show(place, tour, moveFocus)),
      );
    }
  }

  /**
   * Close what is open on top of the text.
   *
   * @returns {boolean} whether anything was
   */
  dismiss() {
    const { outline } = this.#parts;
    if (!outline.open) return false;
    outline.open = false;
    outline.querySelector('summary').focus();
    return true;
  }

  /** Hide the reader; it keeps what it has loaded. */
  close() {
    this.#latest += 1;
    this.#card.close();
    this.#parts.outline.open = false;
    this.hidden = true;
  }

  async #load(id) {
    this.#shown = null;
    this.#parts.outline.hidden = true;
    this.#parts.body.replaceChildren(say(element('p', { class: 'waiting' }), 'reader.loading'));
    const { outline, text } = await loadReport(id);
    this.#loaded.set(id, { outline, text: new ReportText(outline, text) });
  }

  #mount(report) {
    if (this.#shown === report) return;
    this.#shown = report;
    const title = element('h2', { class: 'report-title', lang: 'ja', tabindex: -1 });
    title.append(report.outline.title);
    const article = element('article', { class: 'report' }, title, report.text.element);
    translate(article); // it may have been built while the page spoke the other language
    this.#parts.body.replaceChildren(article);
    this.#parts.outline.hidden = report.outline.sections.length === 0;
    this.#parts.sections.replaceChildren(this.#contents(report));
  }

  #contents({ outline, text }) {
    const items = outline.sections.map((section) => {
      const go = () => {
        this.#parts.outline.open = false;
        const heading = text.heading(section);
        heading.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
        heading.focus({ preventScroll: true });
      };
      const entry = element('button', { class: 'outline-entry', type: 'button', click: go });
      entry.append(section.title);
      return element('li', { 'data-level': Math.min(section.level, 4) }, entry);
    });
    return element('ol', { role: 'list', lang: 'ja' }, ...items);
  }

  #goTo({ start, end }, near, moveFocus) {
    const { text } = this.#shown;
    this.#parts.body.querySelector('.notice')?.remove();
    text.clear();
    const target = start === null ? null : text.highlight(start, end);
    if (target) {
      const behavior = near && this.#isNear(target) ? scrollBehavior() : 'instant';
      target.scrollIntoView({ block: 'start', inline: 'nearest', behavior });
    } else {
      this.#parts.scroller.scrollTop = 0;
      if (start !== null) {
        this.#parts.body.prepend(say(element('p', { class: 'notice' }), 'reader.noSuchPlace'));
      }
    }
    if (moveFocus) {
      const focused = target ?? this.querySelector('.report-title');
      focused.focus({ preventScroll: true });
    }
  }

  /** Whether scrolling there lets the eye follow; from further away it would only blur past. */
  #isNear(target) {
    const pane = this.#parts.scroller.getBoundingClientRect();
    return Math.abs(target.getBoundingClientRect().top - pane.top) < 2 * pane.height;
  }

  #showTour(tour) {
    const { previous, next, count } = this.#parts;
    this.#parts.tour.hidden = tour === null;
    if (tour === null) return;
    const { citations, index } = tour;
    say(count, 'reader.position', { number: index + 1, count: citations.length });
    previous.disabled = index === 0;
    next.disabled = index === citations.length - 1;
    this.#index = index;
  }

  #turn(step) {
    this.#send(TURN_TO, this.#index + step);
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

function button(className, text, key, click) {
  return label(element('button', { class: className, type: 'button', click }, text), key);
}

customElements.define('report-reader', ReportReader);
