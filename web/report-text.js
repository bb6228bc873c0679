/**
 * A report's text as a document: headings, paragraphs, lists, tables and source lists, in which any
 * stretch can be highlighted.
 *
 * The document's `textContent` is the report's text, to the character: list numbers and reference
 * marks are drawn by the style sheet, and the line breaks and tabs between blocks and cells stand in
 * hidden spans. A highlight therefore reads exactly as its citation quotes it.
 *
 * The server counts offsets in Unicode code points and JavaScript in UTF-16 units, so everything here
 * works on an array of code points and never on offsets into a string.
 */

import { element, externalLink, isWebAddress } from './dom.js';
import { label, sayBoth } from './i18n.js';
import { OPEN_SOURCES } from './source-card.js';
import { Folded } from './folded.js';

const DEEPEST_HEADING = 6;
const AT_A_TIME_MS = 30;
const TITLE_LEVEL = 2; // the reader's own heading; the chapters of the report come below it

/**
 * A block or table cell: `[start, end)` is its own text, `[end, next)` what separates it from the
 * next one.
 *
 * @typedef {{start: number, end: number, next: number, holder: HTMLElement,
 *   marks: import('./api.js').ReportMark[], link: {start: number, end: number, url: string} | null,
 *   warnings: import('./api.js').ReadingWarning[], folded: Folded | null}} Leaf
 */

/** The document, and the highlight in it; made by `of`. */
export class ReportText {
  /** @type {string[]} */
  #characters;
  /** @type {Leaf[]} */
  #leaves = [];
  /** @type {Leaf[]} */
  #highlighted = [];
  /** @type {Map<number, HTMLElement>} */
  #headings = new Map();
  /** @type {HTMLElement[]} the entries of the source lists, in order */
  #references = [];
  #levels;
  #marks;
  #warnings;
  #outline;

  /**
   * @param {import('./api.js').Outline} outline
   * @param {string} text
   */
  constructor(outline, text) {
    this.#outline = outline;
    this.#characters = Array.from(text);
    this.#levels = new Map(outline.sections.map(({ start, level }) => [start, level]));
    this.#marks = new Queue(outline.marks.filter(({ written }) => !written), 'position');
    this.#warnings = new Queue(outline.warnings, 'start');
    this.element = element('div', { class: 'report-text', lang: 'ja' });
  }

  /**
   * The document of a report. A long one takes a while, in which the page goes on answering.
   *
   * @param {import('./api.js').Outline} outline
   * @param {string} text
   * @returns {Promise<ReportText>}
   */
  static async of(outline, text) {
    const made = new ReportText(outline, text);
    let begun = performance.now();
    for (const _ of made.#build()) {
      if (performance.now() - begun < AT_A_TIME_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      begun = performance.now();
    }
    return made;
  }

  /**
   * Highlight a stretch, instead of what was highlighted before.
   *
   * @param {number} start
   * @param {number} end
   * @returns {HTMLElement | null} the first highlighted element; null if there is no such stretch
   */
  highlight(start, end) {
    this.clear();
    if (end > this.#characters.length) return null;
    this.#highlighted = this.#leaves.filter((leaf) => leaf.start < end && start < leaf.next);
    for (const leaf of this.#highlighted) {
      fill(leaf, this.#characters, { start, end });
      leaf.holder.closest('tr')?.classList.add('cited');
    }
    return this.element.querySelector('mark');
  }

  /** Take the highlight away. */
  clear() {
    for (const leaf of this.#highlighted) {
      fill(leaf, this.#characters, null);
      leaf.holder.closest('tr')?.classList.remove('cited');
    }
    this.#highlighted = [];
  }

  /**
   * Where words stand in the report, whatever the width or case they are written in.
   *
   * @param {string} query
   * @returns {{start: number, end: number}[]} in order
   */
  find(query) {
    return this.#leaves.flatMap((leaf) => {
      leaf.folded ??= new Folded(this.#characters, leaf.start, leaf.end);
      return leaf.folded.find(query);
    });
  }

  /**
   * A stretch as a range of the document, for highlights that leave the document as it is.
   *
   * @param {{start: number, end: number}} stretch one that lies in one block
   * @returns {Range}
   */
  range({ start, end }) {
    const leaf = this.#leaves.findLast((each) => each.start <= start);
    const range = document.createRange();
    let position = leaf.start;
    const walker = document.createTreeWalker(leaf.holder, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const characters = Array.from(node.data);
      const units = (offset) => characters.slice(0, offset - position).join('').length;
      const beyond = position + characters.length;
      if (position <= start && start < beyond) range.setStart(node, units(start));
      if (position < end && end <= beyond) range.setEnd(node, units(end));
      position = beyond;
    }
    return range;
  }

  /**
   * Where a text stands, if it stands there once.
   *
   * @param {string} quote
   * @returns {{start: number, end: number} | null}
   */
  locate(quote) {
    const text = this.#slice(0, this.#characters.length);
    const unit = text.indexOf(quote);
    if (unit < 0 || text.includes(quote, unit + 1)) return null;
    const start = Array.from(text.slice(0, unit)).length;
    return { start, end: start + Array.from(quote).length };
  }

  /**
   * The entry of a source list that says this.
   *
   * @param {{title: string, url: string | null}} source
   * @returns {HTMLElement | undefined}
   */
  reference({ title, url }) {
    const index = this.#outline.references.findIndex((r) => r.title === title && r.url === url);
    return this.#references[index];
  }

  /**
   * The heading that opens a section.
   *
   * @param {import('./api.js').Section} section
   * @returns {HTMLElement | undefined}
   */
  heading(section) {
    return this.#headings.get(section.start);
  }

  /** Builds all of it, pausing between blocks. */
  *#build() {
    const { blocks, references } = this.#outline;
    const entries = references.values();
    const lists = [];
    let table = null;
    let sources = null;
    let page = null;
    for (const [index, block] of blocks.entries()) {
      if (block.kind !== 'list_item') lists.length = 0;
      if (block.kind !== 'reference' && block.kind !== 'note') sources = null;
      if (block.kind === 'list_item') {
        this.#addListItem(block, lists);
      } else if (block.kind === 'reference' || block.kind === 'note') {
        sources ??= this.#add(element('ol', { class: 'references', role: 'list' }));
        const item = element('li', { 'data-label': block.label });
        sources.append(item);
        this.#addLeaf(block, item, entries.next().value?.url);
        if (block.kind === 'reference') this.#references.push(item);
      } else if (block.kind === 'table_header') {
        table = this.#addTable(block, index, element('thead', {}, this.#row(block, 'th')));
      } else if (block.kind === 'table_row') {
        if (blocks[index - 1]?.table !== block.table) table = this.#addTable(block, index);
        table.append(this.#row(block, 'td'));
      } else {
        this.#addLeaf(block, this.#add(this.#heading(block) ?? element('p')));
      }
      if (block.page !== page && block.page !== null) {
        this.#leaves.at(-1)?.holder.closest('p, li, tr, h3, h4, h5, h6').setAttribute('data-page', block.page);
      }
      page = block.page;
      yield;
    }
    for (const [index, leaf] of this.#leaves.entries()) {
      leaf.next = this.#leaves[index + 1]?.start ?? this.#characters.length;
      fill(leaf, this.#characters, null);
      yield;
    }
  }

  #add(node) {
    this.element.append(node);
    return node;
  }

  #heading(block) {
    if (block.kind !== 'heading') return null;
    const level = Math.min(TITLE_LEVEL + (this.#levels.get(block.start) ?? 1), DEEPEST_HEADING);
    const heading = element(`h${level}`, { tabindex: -1 });
    this.#headings.set(block.start, heading);
    return heading;
  }

  /** `lists` holds the open lists, outermost first. */
  #addListItem(block, lists) {
    const depth = Math.min(block.depth, lists.length);
    lists.length = Math.min(lists.length, depth + 1);
    if (depth === lists.length) {
      const list = element(block.label ? 'ol' : 'ul', { role: 'list' });
      (lists.at(-1)?.lastElementChild ?? this.element).append(list);
      lists.push(list);
    }
    const text = element('span');
    lists.at(-1).append(element('li', { 'data-label': block.label || '・' }, text));
    this.#addLeaf(block, text);
  }

  /** Add a table, with its headings where it has any; returns its body, for the rows that follow. */
  #addTable(block, index, head = null) {
    const title = this.#outline.tables[block.table].title;
    const before = this.#outline.blocks[index - 1];
    if (before?.kind === 'paragraph' && this.#slice(before.start, before.end) === title) {
      this.element.lastElementChild.classList.add('table-title');
    }
    const body = element('tbody');
    this.#add(
      element(
        'div',
        // Wide tables scroll by themselves, with the keyboard too.
        { class: 'table-scroll', role: 'group', tabindex: 0, 'aria-label': title },
        element('table', { 'aria-label': title }, ...(head ? [head] : []), body),
      ),
    );
    return body;
  }

  #row(block, name) {
    const row = element('tr');
    block.cells.forEach((cell, column) => {
      if (cell === null) {
        row.append(label(element('td', { class: 'lost' }), 'reader.lostCell'));
        return;
      }
      const heads = name === 'th' ? 'col' : column === 0 ? 'row' : null;
      const holder = element(heads ? 'th' : 'td', { scope: heads });
      row.append(holder);
      this.#addLeaf({ start: cell[0], end: cell[1] }, holder);
    });
    return row;
  }

  #addLeaf({ start, end }, holder, url) {
    const marks = this.#marks.upTo(end);
    const warnings = this.#warnings.upTo(end).filter((w) => start <= w.start && w.start < w.end && w.end <= end);
    const link = url && isWebAddress(url) ? this.#findAddress(url, start, end) : null;
    this.#leaves.push({ start, end, next: end, holder, marks, link, warnings, folded: null });
  }

  #findAddress(url, start, end) {
    const text = this.#slice(start, end);
    const unit = text.indexOf(url);
    if (unit < 0) return null;
    const from = start + Array.from(text.slice(0, unit)).length;
    return { start: from, end: from + Array.from(url).length, url };
  }

  #slice(start, end) {
    return this.#characters.slice(start, end).join('');
  }
}

/** Things in the order of where they stand, taken as the text is gone through. */
class Queue {
  #things;
  #key;
  #taken = 0;

  constructor(things, key) {
    this.#things = things.toSorted((a, b) => a[key] - b[key]);
    this.#key = key;
  }

  /** What stands no further than an offset, and was not taken before. */
  upTo(offset) {
    const from = this.#taken;
    while (this.#things[this.#taken]?.[this.#key] <= offset) this.#taken += 1;
    return this.#things.slice(from, this.#taken);
  }
}

/** Write a leaf's text into its element, cut where marks, links and the highlight begin and end. */
function fill(leaf, characters, highlight) {
  const { start, end, next, marks, link, warnings } = leaf;
  if (!highlight && !link && marks.length === 0 && warnings.length === 0) {
    leaf.holder.replaceChildren(...plain(leaf, characters));
    return;
  }
  const doubts = warnings.flatMap((warning) => [warning.start, warning.end]);
  const edges = [highlight?.start, highlight?.end, link?.start, link?.end, ...doubts];
  const inside = edges.filter((edge) => edge > start && edge < next);
  const cuts = [...new Set([start, end, next, ...inside, ...marks.map((m) => m.position)])];
  cuts.sort((a, b) => a - b);

  const pieces = [];
  cuts.forEach((from, index) => {
    for (const mark of marks.filter(({ position }) => position === from)) {
      // A mark belongs to what it follows: the sentence that ends at it, not the one after.
      pieces.push({ node: markNode(mark), marked: within(highlight, from - 1), linked: false });
    }
    const to = cuts[index + 1];
    if (to === undefined) return;
    const text = characters.slice(from, to).join('');
    const warning = warnings.find((each) => within(each, from));
    const node = from >= end ? gap(text) : doubted(warning, text);
    pieces.push({ node, marked: within(highlight, from), linked: within(link, from) });
  });

  const nodes = wrapRuns(
    pieces,
    ({ linked }) => linked,
    (run) => externalLink(link.url, ...highlightRuns(run)),
    highlightRuns,
  );
  leaf.holder.replaceChildren(...nodes);
}

/** Most blocks have nothing to be cut at. */
function plain({ start, end, next }, characters) {
  const text = characters.slice(start, end).join('');
  return next > end ? [text, gap(characters.slice(end, next).join(''))] : [text];
}

const gap = (text) => element('span', { class: 'gap' }, text);

function doubted(warning, text) {
  if (!warning) return document.createTextNode(text);
  const { message: ja, message_en: en } = warning;
  return sayBoth(element('span', { class: 'doubted' }, text), { ja, en }, 'title');
}

function highlightRuns(pieces) {
  const nodes = (run) => run.map(({ node }) => node);
  // Not in the order of the Tab key, but focusable, so that reading goes on from the highlight.
  const mark = (run) => element('mark', { tabindex: -1 }, ...nodes(run));
  return wrapRuns(pieces, ({ marked }) => marked, mark, nodes);
}

/** Split pieces into runs of those that a test holds for and those it does not, and build each. */
function wrapRuns(pieces, test, wrapped, plain) {
  const runs = [];
  for (const piece of pieces) {
    if (runs.length > 0 && test(runs.at(-1)[0]) === test(piece)) runs.at(-1).push(piece);
    else runs.push([piece]);
  }
  return runs.flatMap((run) => (test(run[0]) ? wrapped(run) : plain(run)));
}

function within(span, offset) {
  return Boolean(span) && span.start <= offset && offset < span.end;
}

/** The number is drawn by the style sheet, so that it is no part of the text. */
function markNode(mark) {
  const name = `${mark.series}${mark.number}`;
  const button = element('button', {
    type: 'button',
    'data-number': name,
    click: (event) => {
      const detail = { mark, anchor: event.currentTarget };
      event.currentTarget.dispatchEvent(new CustomEvent(OPEN_SOURCES, { bubbles: true, detail }));
    },
  });
  return element(
    'sup',
    { class: `mark ${mark.status}`, 'data-number': name },
    label(button, 'reader.mark', { number: name }),
  );
}
