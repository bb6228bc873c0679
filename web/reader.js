/** `<report-reader>`: a report, opened at a cited place. */

import { permalink } from './address.js';
import { reports } from './api.js';
import { element, scrollBehavior } from './dom.js';
import { failureNote } from './failure.js';
import { copyText } from './handing-on.js';
import { label, say, sayBoth, translate } from './i18n.js';
import { ReportSearch } from './report-search.js';
import { ReportText } from './report-text.js';
import { scope } from './scope.js';
import { OPEN_SOURCES, SourceCard } from './source-card.js';

/** Sent (bubbling) when another citation of the same answer is wanted; `detail` is its index. */
export const TURN_TO = 'turn-to-citation';
/** Sent (bubbling) when the reader asks to be closed. */
export const CLOSE = 'close-reader';

const NOTICE_MS = 2500;

/**
 * The citations that the reader was opened from, and which of them is shown.
 *
 * @typedef {{citations: import('./api.js').Citation[], index: number}} Tour
 */

class ReportReader extends HTMLElement {
  /** @type {Map<string, {outline: import('./api.js').Outline, text: ReportText}>} */
  #loaded = new Map();
  #shown = null;
  #place = null;
  #tour = null;
  #latest = 0;
  #card = new SourceCard();
  #search = new ReportSearch();
  #parts = {};

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const outline = panel('reader.outline', 'nav');
    const warnings = panel('reader.warnings', 'section');
    const previous = button('plain icon', '‹', 'reader.previous', () => this.turn(-1));
    const next = button('plain icon', '›', 'reader.next', () => this.turn(1));
    const count = element('span', { class: 'tour-count', 'aria-live': 'polite' });
    const tour = label(
      element('div', { class: 'tour', role: 'group' }, previous, count, next),
      'reader.tour',
    );
    const link = button('plain', '', 'reader.copyLink', () => this.#copyLink());
    link.append(say(element('span'), 'reader.link'));
    const close = button('plain icon', '×', 'reader.close', () => this.#send(CLOSE));
    const status = element('span', { class: 'note', role: 'status' });
    const body = element('div', { class: 'reader-body' });
    const scroller = label(
      element('div', { class: 'reader-scroll', tabindex: 0, role: 'region' }, body),
      'reader.text',
    );
    scroller.addEventListener('scroll', () => this.#card.follow(), { passive: true });
    this.#parts = { outline, warnings, previous, next, count, tour, link, status, body, scroller };
    this.append(
      element(
        'div',
        { class: 'reader-bar' },
        outline.details,
        warnings.details,
        this.#search.element,
        tour,
        link,
        close,
        status,
      ),
      scroller,
      this.#card.element,
    );
    this.addEventListener(OPEN_SOURCES, ({ detail: { mark, anchor } }) => {
      const entry = mark.sources.map((source) => this.#shown.text.reference(source)).find(Boolean);
      this.#card.open(mark, anchor, entry ? () => this.#goToEntry(entry) : null);
    });
    this.addEventListener('click', (event) => {
      for (const { details } of [outline, warnings]) {
        if (!details.contains(event.target)) details.open = false;
      }
    });
  }

  /**
   * Open a report, at a place if one is given.
   *
   * @param {import('./address.js').Place} place
   * @param {Tour | null} tour
   * @param {boolean} moveFocus whether the keyboard should go on from the highlight
   * @returns {Promise<void>} once the report stands there, or its failure is shown
   */
  async show(place, tour, moveFocus) {
    this.#latest += 1;
    const latest = this.#latest;
    this.#place = place;
    this.hidden = false;
    this.#showTour(tour);
    const near = this.#shown !== null && this.#shown === this.#loaded.get(place.report);
    const held = document.activeElement;
    try {
      if (!this.#isLoaded(place)) await this.#load(place.report);
      if (latest !== this.#latest) return; // another place was asked for meanwhile
      this.#mount(this.#loaded.get(place.report));
      // whoever went on to write while the report was on its way is not called back
      this.#goTo(place, near, moveFocus && [held, document.body].includes(document.activeElement));
    } catch (error) {
      if (latest !== this.#latest) return;
      this.#shown = null;
      this.classList.add('without-report');
      const again = () => this.show(place, tour, true);
      this.#parts.body.replaceChildren(failureNote(error, again));
    }
  }

  /**
   * Close what is open on top of the text.
   *
   * @returns {boolean} whether anything was
   */
  dismiss() {
    const open = [this.#parts.outline, this.#parts.warnings].find(({ details }) => details.open);
    if (open) {
      open.details.open = false;
      open.details.querySelector('summary').focus();
    }
    return Boolean(open) || this.#search.clear();
  }

  /** Hide the reader; it keeps what it has loaded. */
  close() {
    this.#latest += 1;
    this.#card.close();
    this.#parts.outline.details.open = false;
    this.#parts.warnings.details.open = false;
    this.#search.clear();
    this.hidden = true;
  }

  /**
   * Go to another citation of the same answer.
   *
   * @param {number} step
   */
  turn(step) {
    if (this.#tour) this.#send(TURN_TO, this.#tour.index + step);
  }

  /** Move the keyboard to the search, where a report is open. */
  search() {
    if (!this.hidden) this.#search.focus();
  }

  /** A report that was loaded in another edition than the one that is cited may have been replaced. */
  #isLoaded({ report, edition }) {
    const loaded = this.#loaded.get(report);
    const wanted = edition ?? scope.edition(report);
    return loaded && (wanted === null || loaded.outline.edition === wanted);
  }

  async #load(id) {
    this.#shown = null;
    this.classList.add('without-report');
    this.#parts.body.replaceChildren(say(element('p', { class: 'waiting' }), 'reader.loading'));
    const { outline, text } = await reports.open(id);
    this.#loaded.set(id, { outline, text: await ReportText.of(outline, text) });
  }

  #mount(report) {
    if (this.#shown === report) return;
    this.#shown = report;
    this.classList.remove('without-report');
    const title = element('h2', { class: 'report-title', lang: 'ja', tabindex: -1 });
    title.append(report.outline.title);
    const article = element('article', { class: 'report' }, title, report.text.element);
    translate(article); // it may have been built while the page spoke the other language
    this.#parts.body.replaceChildren(article);
    this.#search.of(report.text);
    this.#showOutline(report);
    this.#showWarnings(report);
  }

  #showOutline({ outline, text }) {
    const items = outline.sections.map((section) => {
      const go = () => {
        const heading = text.heading(section);
        this.#scrollTo(heading);
        heading.focus({ preventScroll: true });
      };
      const item = element('li', { 'data-level': Math.min(section.level, 4) });
      item.append(this.#entry(this.#parts.outline, section.title, go));
      return item;
    });
    this.#parts.outline.show(items);
  }

  #showWarnings({ outline, text }) {
    const items = outline.warnings.map(({ message, message_en: english, start, end }) => {
      const go = () => {
        const place = text.highlight(start, end);
        this.#search.redraw();
        if (place) this.#scrollTo(place);
        place?.focus({ preventScroll: true });
      };
      // One without a place of its own is about the file as a whole.
      const entry = start < end ? this.#entry(this.#parts.warnings, '', go) : element('p', { class: 'panel-entry' });
      entry.removeAttribute('lang');
      return element('li', {}, sayBoth(entry, { ja: message, en: english }));
    });
    this.#parts.warnings.show(items);
  }

  #entry({ details }, text, go) {
    const click = () => {
      details.open = false;
      go();
    };
    return element('button', { class: 'panel-entry', type: 'button', lang: 'ja', click }, text);
  }

  #goTo(place, near, moveFocus) {
    const { outline, text } = this.#shown;
    this.#parts.body.querySelector('.notice')?.remove();
    text.clear();
    const { stretch, notice } = whereNow(place, this.#tour, outline, text);
    if (notice === 'reader.foundAgain') this.#place = { ...place, ...stretch, edition: outline.edition };
    const target = stretch && text.highlight(stretch.start, stretch.end);
    this.#search.redraw();
    if (target) this.#scrollTo(target, near);
    else this.#parts.scroller.scrollTop = 0;
    const told = notice ?? (stretch && !target ? 'reader.noSuchPlace' : null);
    if (told) {
      const note = say(element('p', { class: 'notice', role: 'status' }), told);
      this.#parts.body.prepend(note);
    }
    if (moveFocus) {
      const focused = target ?? this.querySelector('.report-title');
      focused.focus({ preventScroll: true });
    }
  }

  /** Scrolling lets the eye follow; from further away it would only blur past. */
  #scrollTo(node, near = true) {
    const pane = this.#parts.scroller.getBoundingClientRect();
    const away = Math.abs(node.getBoundingClientRect().top - pane.top);
    scrollTo(node, near && away < 2 * pane.height ? scrollBehavior() : 'instant');
  }

  #goToEntry(entry) {
    this.#scrollTo(entry);
    entry.tabIndex = -1;
    entry.focus({ preventScroll: true });
  }

  async #copyLink() {
    const { report, edition, start, end } = this.#place;
    const known = { report, edition: edition ?? this.#shown?.outline.edition ?? null, start, end };
    await copyText(new URL(permalink(known), location.href).href);
    say(this.#parts.status, 'reader.linkCopied');
    setTimeout(() => this.#parts.status.replaceChildren(), NOTICE_MS);
  }

  #showTour(tour) {
    const { previous, next, count } = this.#parts;
    this.#tour = tour;
    this.#parts.tour.hidden = tour === null;
    if (tour === null) return;
    const { citations, index } = tour;
    say(count, 'reader.position', { number: index + 1, count: citations.length });
    const held = document.activeElement;
    previous.disabled = index === 0;
    next.disabled = index === citations.length - 1;
    if (held?.disabled) [previous, next, this.#parts.scroller].find((one) => !one.disabled).focus();
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** What stands at a place in the edition at hand, and what has to be said about it. */
function whereNow(place, tour, outline, text) {
  if (place.start === null) return { stretch: null, notice: null };
  if (place.edition === null || place.edition === outline.edition) {
    return { stretch: place, notice: null };
  }
  const quote = tour?.citations[tour.index].quote;
  const found = quote ? text.locate(quote) : null;
  return { stretch: found, notice: found ? 'reader.foundAgain' : 'reader.otherEdition' };
}

/** Scroll to a node; again once what lies before it has been laid out, which may move it. */
function scrollTo(node, behavior) {
  const options = { block: 'start', inline: 'nearest', behavior };
  node.scrollIntoView(options);
  if (behavior === 'smooth') return;
  requestAnimationFrame(() => requestAnimationFrame(() => node.scrollIntoView(options)));
}

/** A list that opens from the bar, on top of the text. */
function panel(key, name) {
  const list = element('ol', { role: 'list' });
  const count = element('span', { class: 'panel-count' });
  const details = element(
    'details',
    { class: 'panel' },
    element('summary', { class: 'plain' }, say(element('span'), key), count),
    label(element(name, { class: 'panel-body' }, list), key),
  );
  const show = (items) => {
    list.replaceChildren(...items);
    count.textContent = name === 'nav' ? '' : String(items.length);
    details.hidden = items.length === 0;
  };
  return { details, show };
}

function button(className, text, key, click) {
  return label(element('button', { class: className, type: 'button', click }, text), key);
}

customElements.define('report-reader', ReportReader);
