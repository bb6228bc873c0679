/** `<conversation-list>`: the conversations that are kept, to be opened, found, renamed or deleted. */

import { conversations } from './api.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { label, say, sayPlaceholder } from './i18n.js';
import { goTo } from './navigation.js';

/** Sent on the document when a conversation has been added to or asked in. */
export const LIST_CHANGED = 'conversation-list-changed';

/**
 * Sent on the document when a conversation has another title.
 *
 * @typedef {CustomEvent<{id: string, title: string}>} Renamed
 */
export const RENAMED = 'conversation-renamed';

const TYPING_MS = 200;
const LONGEST_TITLE = 200;

class ConversationList extends HTMLElement {
  #current = null;
  #latest = 0;
  #parts = {};

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const search = label(element('input', { class: 'search', type: 'search' }), 'list.search');
    sayPlaceholder(search, 'list.search');
    const entries = element('ul', { class: 'entries', role: 'list' });
    const status = element('div', { role: 'status' });
    this.#parts = { search, entries, status };
    let timer = 0;
    search.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#load(), TYPING_MS);
    });
    document.addEventListener(LIST_CHANGED, () => {
      if (!this.querySelector('.entry-form')) this.#load(); // what is being typed there stays
    });
    this.append(say(element('h2', { class: 'label' }), 'list.title'), search, status, entries);
    this.hidden = true;
  }

  /** @param {boolean} keeps whether the server keeps conversations */
  start(keeps) {
    this.hidden = !keeps;
    if (keeps) this.#load();
  }

  /**
   * Mark the conversation that stands open.
   *
   * @param {string | null} id
   */
  mark(id) {
    this.#current = id;
    for (const link of this.querySelectorAll('.entry-open')) {
      if (link.dataset.id === id) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }

  /** Move the keyboard to the search. */
  focus() {
    this.#parts.search.focus();
  }

  async #load() {
    this.#latest += 1;
    const latest = this.#latest;
    const { search, entries, status } = this.#parts;
    try {
      const found = await conversations.list(search.value.trim());
      if (latest !== this.#latest) return;
      const held = heldIn(entries);
      entries.replaceChildren(...found.map((entry) => this.#entry(entry)));
      if (held) {
        const entry = [...entries.children].find(({ dataset }) => dataset.entry === held.entry);
        (entry?.children[held.part] ?? search).focus();
      }
      this.mark(this.#current);
      const empty = search.value.trim() ? 'list.nothingFound' : 'list.empty';
      status.replaceChildren(...(found.length ? [] : [say(element('p', { class: 'note' }), empty)]));
    } catch (error) {
      if (latest === this.#latest) status.replaceChildren(failureNote(error, () => this.#load()));
    }
  }

  #entry({ id, title }) {
    const item = element('li', { class: 'entry', 'data-entry': id });
    const act = (key, sign, open) =>
      label(
        element('button', { class: 'entry-act', type: 'button', click: () => open(item, id, title) }, sign),
        key,
        { title },
      );
    item.append(
      element(
        'a',
        { class: 'entry-open', href: `/c/${id}`, 'data-view': 'conversation', 'data-id': id, lang: 'ja' },
        title,
      ),
      act('list.rename', '✎', (...entry) => this.#rename(...entry)),
      act('list.delete', '×', (...entry) => this.#confirmDeletion(...entry)),
    );
    return item;
  }

  #rename(item, id, title) {
    const field = label(
      element('input', { class: 'search', value: title, maxlength: LONGEST_TITLE, lang: 'ja' }),
      'list.newTitle',
    );
    const form = element('form', { class: 'entry-form' }, field);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const wanted = field.value.trim();
      if (wanted === '' || wanted === title) this.#load();
      else {
        this.#change(async () => {
          await conversations.rename(id, wanted);
          document.dispatchEvent(new CustomEvent(RENAMED, { detail: { id, title: wanted } }));
        });
      }
    });
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.stopPropagation();
      this.#load();
    });
    item.replaceChildren(form);
    field.select();
  }

  #confirmDeletion(item, id, title) {
    const keep = say(
      element('button', { class: 'plain', type: 'button', click: () => this.#load() }),
      'list.keep',
    );
    const remove = say(
      element('button', {
        class: 'plain danger',
        type: 'button',
        click: () => this.#change(() => conversations.delete(id), id),
      }),
      'list.deleteNow',
    );
    const ask = say(element('p', { class: 'note' }), 'list.confirm', { title });
    item.replaceChildren(element('div', { class: 'entry-form' }, ask, keep, remove));
    keep.focus();
  }

  /** `gone`: the conversation that this deletes. */
  async #change(act, gone = null) {
    try {
      await act();
      if (gone !== null && gone === this.#current) goTo('/');
    } catch (error) {
      this.#parts.status.replaceChildren(failureNote(error));
      return;
    }
    await this.#load();
  }
}

/** Which part of which entry the keyboard is on, before the entries are written anew. */
function heldIn(entries) {
  const { activeElement: held } = document;
  const entry = held?.closest('.entry');
  if (!entry || !entries.contains(entry)) return null;
  const [link, rename, remove] = [0, 1, 2];
  if (held.closest('form')) return { entry: entry.dataset.entry, part: rename };
  if (held.closest('.entry-form')) return { entry: entry.dataset.entry, part: remove };
  return { entry: entry.dataset.entry, part: Math.max(link, [...entry.children].indexOf(held)) };
}

customElements.define('conversation-list', ConversationList);
