/** `<conversation-view>`: questions and their answers, in order, and the box for the next one. */

import { hashOf } from './address.js';
import { ASK_QUESTION, questionList } from './answer.js';
import { ask, conversations, Problem, reports, Stopped, suggestions } from './api.js';
import { setUpAskBox } from './ask-box.js';
import { LIST_CHANGED, RENAMED } from './conversation-list.js';
import { element, scrollBehavior } from './dom.js';
import { failureNote } from './failure.js';
import { handingOnMenu } from './handing-on.js';
import { label, say } from './i18n.js';
import { renamePath } from './navigation.js';
import { SCOPE_CHANGED, scope } from './scope.js';
import { ASK_AGAIN, titleOf, Turn } from './turn.js';

const GONE = 404;
const REMEMBERED_TURNS = 6;

/** Sent on the document when a conversation that was kept stands there again. */
export const TURNS_SHOWN = 'turns-shown';

class ConversationView extends HTMLElement {
  #keeps = false;
  /** @type {string | null} the id under which the conversation is kept */
  #id = null;
  #title = '';
  /** @type {Turn[]} */
  #turns = [];
  /** @type {AbortController | null} of the question under way */
  #asking = null;
  #latest = 0;
  #parts = {};

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const samples = element('div', { class: 'samples-place' });
    const welcome = element(
      'div',
      { class: 'welcome' },
      say(element('h2', { class: 'welcome-title' }), 'welcome.title'),
      say(element('p', { class: 'welcome-text' }), 'welcome.text'),
      say(element('h3', { class: 'label' }), 'samples.title'),
      samples,
    );
    const turns = element('ol', { class: 'turns', role: 'list' });
    const head = element('div', { class: 'conversation-head', hidden: true });
    const notice = element('div', { class: 'notice-place' });
    const log = label(element('div', { role: 'log', 'aria-live': 'polite' }, turns), 'conversation.log');
    this.#parts = { welcome, samples, turns, head, notice };
    this.append(
      element(
        'div',
        { class: 'scroll' },
        element('div', { class: 'column' }, head, welcome, notice, log),
      ),
    );
    this.#parts.box = setUpAskBox(this, (question) => this.#ask(question), () => this.#asking?.abort());
    this.addEventListener(ASK_QUESTION, ({ target, detail }) => {
      this.#parts.box.send(detail.question);
      if (!welcome.contains(target)) return;
      this.#turns.at(-1)?.focus(); // the welcome goes
      this.focus();
    });
    this.addEventListener(ASK_AGAIN, ({ detail }) => this.#askAgain(detail));
    document.addEventListener(SCOPE_CHANGED, () => this.#showSamples());
    document.addEventListener(RENAMED, ({ detail }) => {
      if (detail.id === this.#id) this.#title = detail.title;
    });
    head.append(
      handingOnMenu('handing.conversation', () => ({
        title: this.#title,
        exchanges: this.#answered().map(({ question, answer }) => ({ question, answer })),
      })),
      say(
        element('button', { class: 'plain', type: 'button', click: () => window.print() }),
        'conversation.print',
      ),
    );
  }

  /**
   * @param {boolean} keeps whether the server keeps conversations
   * @param {string | null} model the language model that may word answers
   */
  start(keeps, model) {
    this.#keeps = keeps;
    this.#parts.box.showModel(model);
    this.#loadReports();
  }

  /**
   * Show a conversation that is kept, or (null) one that is not.
   *
   * @param {string | null} id
   * @param {{anew?: boolean}} [options] `anew`: begin again, even where what stands here is not kept
   */
  async show(id, { anew = false } = {}) {
    if (id === this.#id && !anew && (id !== null || this.#turns.length > 0)) return;
    this.#asking?.abort();
    this.#latest += 1;
    const latest = this.#latest;
    this.#id = id;
    this.#title = '';
    this.#clear(0);
    this.#parts.notice.replaceChildren();
    this.#showHead();
    this.focus();
    if (id === null) return;
    try {
      const { title, turns } = await conversations.open(id);
      if (latest !== this.#latest) return; // another one was opened meanwhile
      this.#title = title;
      for (const { question, answer } of turns) this.#add(question).finish(answer);
      this.#showHead();
      this.#turns.at(-1)?.element.scrollIntoView({ block: 'start', behavior: 'instant' });
      document.dispatchEvent(new CustomEvent(TURNS_SHOWN));
    } catch (error) {
      if (latest !== this.#latest) return;
      this.#id = null;
      this.#parts.notice.replaceChildren(failureNote(error, () => this.show(id)));
    }
  }

  /**
   * The citations of the last answer that cites a place.
   *
   * @param {string} hash names the place
   * @returns {import('./api.js').Citation[] | undefined}
   */
  citationsAt(hash) {
    const cites = ({ answer }) => answer.citations.some((citation) => hashOf(citation) === hash);
    return this.#answered().findLast(cites)?.answer.citations;
  }

  /** Move the keyboard to the question box. */
  focus() {
    this.#parts.box.focus();
  }

  async #ask(question, position = this.#turns.length) {
    const begunWith = this.#id;
    const replaced = this.#clear(position);
    if (position === 0) this.#parts.notice.replaceChildren();
    const turn = this.#add(question);
    const follow = turn.begin();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    turn.element.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
    try {
      const answer = await ask(await this.#body(question, position, { replaced, signal }), follow, signal);
      turn.finish(answer);
      if (this.#id !== null) document.dispatchEvent(new CustomEvent(LIST_CHANGED));
    } catch (error) {
      if (error instanceof Problem && error.status === GONE && this.#id !== null) {
        this.#id = null; // deleted in another window: what stands here goes on without being kept
        renamePath('/');
      }
      if (error instanceof Problem && error.isRequestAtFault) {
        this.#clear(position);
        for (const former of replaced) this.#add(former.question, former);
        if (begunWith === null) this.#forget();
        throw error;
      }
      turn.fail(error);
    } finally {
      this.#showHead();
      this.#asking = null;
    }
    turn.element.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
  }

  /** What is sent: either the conversation that is kept, or what was said so far. */
  async #body(question, position, { replaced, signal }) {
    const before = this.#turns.slice(0, position).filter(({ answer }) => answer !== null);
    const body = { question, reports: scope.asked(), mode: this.#parts.box.mode() };
    if (this.#keeps && this.#id === null) await this.#keep(question, before, signal);
    if (this.#id !== null) {
      // Without a position, what another window has added to the conversation stays.
      const appends = replaced.length === 0 && before.length === position;
      return { ...body, conversation: this.#id, position: appends ? null : before.length };
    }
    const history = before.slice(-REMEMBERED_TURNS);
    return { ...body, history: history.map((turn) => ({ question: turn.question, answer: turn.answer.answer })) };
  }

  /** Have the conversation kept from its first question on; where that fails, go on without. */
  async #keep(question, before, signal) {
    if (before.length > 0 || question === '') return;
    try {
      const title = titleOf(question);
      const { id } = await conversations.start(title);
      if (signal.aborted) {
        conversations.delete(id).catch(() => {}); // something else may stand here by now
        throw new Stopped('stopped');
      }
      this.#id = id;
      this.#title = title;
      if (!this.hidden) renamePath(`/c/${id}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#parts.notice.replaceChildren(failureNote(error));
    }
  }

  /** The question that the conversation was begun with turned out to be none. */
  #forget() {
    if (this.#id === null) return;
    conversations.delete(this.#id).catch(() => {});
    this.#id = null;
    this.#title = '';
    if (!this.hidden) renamePath('/');
  }

  async #askAgain({ turn, question }) {
    if (this.#asking) return;
    const asking = this.#parts.box.run(question, () => this.#ask(question, this.#turns.indexOf(turn)));
    this.#turns.at(-1).focus(); // what was pressed is gone
    await asking;
  }

  #add(question, turn = new Turn(question)) {
    this.#turns.push(turn);
    this.#parts.turns.append(turn.element);
    this.#parts.welcome.hidden = true;
    return turn;
  }

  /** Take away the turns from a position on, and say which they were. */
  #clear(position) {
    const gone = this.#turns.splice(position);
    for (const { element: node } of gone) node.remove();
    this.#parts.welcome.hidden = this.#turns.length > 0;
    return gone;
  }

  #answered() {
    return this.#turns.filter(({ answer }) => answer !== null);
  }

  #showHead() {
    this.#parts.head.hidden = this.#answered().length === 0;
    this.#title ||= titleOf(this.#turns[0]?.question ?? '');
  }

  async #loadReports() {
    try {
      scope.know(await reports.list());
    } catch (error) {
      this.#parts.samples.replaceChildren(failureNote(error, () => this.#loadReports()));
    }
  }

  async #showSamples() {
    this.#parts.box.showScope(scope.asked(), scope.entries());
    document.body.classList.toggle('several-reports', scope.entries().length > 1);
    const asked = String(scope.asked());
    const questions = await suggestions(scope.asked()).catch(() => []);
    if (asked !== String(scope.asked())) return; // other reports were chosen meanwhile
    this.#parts.samples.replaceChildren(questionList(questions));
  }
}

customElements.define('conversation-view', ConversationView);
