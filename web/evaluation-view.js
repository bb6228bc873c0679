/** `<evaluation-view>`: how well questions are answered, by the latest run of `ipqa eval`. */

import { evaluation } from './api.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { label, language, say, sayBoth } from './i18n.js';
import { saveWhereKeyed } from './saving.js';

/** Those that decide whether answers can be relied on, in that order, and then all others. */
const FIRST = ['all_facts', 'declined_right', 'declined_wrong', 'quote_fidelity', 'number_support'];

class EvaluationView extends HTMLElement {
  #body = element('div');

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(
      element(
        'div',
        { class: 'scroll' },
        element(
          'div',
          { class: 'column view' },
          say(element('h2', { class: 'view-title', tabindex: -1 }), 'views.evaluation'),
          say(element('p', { class: 'view-text' }), 'evaluation.text'),
          this.#body,
        ),
      ),
    );
  }

  /** Show the latest run. */
  async show() {
    try {
      this.#body.replaceChildren(...runNodes(await evaluation()));
    } catch (error) {
      this.#body.replaceChildren(failureNote(error, () => this.show()));
    }
  }

  /** Move the keyboard here. */
  focus() {
    this.querySelector('.view-title').focus();
  }
}

function runNodes({ name, written, questions, overall, page }) {
  const when = (spoken) => new Date(written).toLocaleString(spoken, { dateStyle: 'long', timeStyle: 'short' });
  const told = element(
    'p',
    { class: 'note facts' },
    element('span', { class: 'fact' }, name),
    sayBoth(element('span', { class: 'fact' }), { ja: when('ja'), en: when('en') }),
    questions !== null && say(element('span', { class: 'fact' }), 'evaluation.questions', { count: questions }),
  );
  const others = Object.keys(overall).filter((measure) => !FIRST.includes(measure));
  const measures = [...FIRST.filter((measure) => measure in overall), ...others];
  const rows = measures.map((measure) => scoreRow(measure, overall[measure]));
  const heads = ['measure', 'value', 'interval', 'n'].map((head) =>
    say(element('th', { scope: 'col' }), `evaluation.${head}`),
  );
  const table = element(
    'table',
    { class: 'scores' },
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
  const frame = label(element('div', { class: 'claim-table', role: 'group', tabindex: 0 }, table), 'views.evaluation');
  const address = { href: '/api/evaluation/page', target: '_blank', rel: 'noopener' };
  const link = say(element('a', address), 'evaluation.page');
  saveWhereKeyed(link, `${name}.html`);
  return page ? [told, frame, element('p', { class: 'view-text' }, link)] : [told, frame];
}

function scoreRow(measure, { value, low, high, n }) {
  const digits = Math.max(value, high) < 10 ? 2 : 0;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const shown = (number) => number.toLocaleString(language(), format);
  const meaning = FIRST.includes(measure)
    ? say(element('span', { class: 'note' }), `evaluation.meaning.${measure}`)
    : null;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('code', {}, measure), meaning),
    element('td', {}, shown(value)),
    element('td', {}, `${shown(low)}–${shown(high)}`),
    element('td', {}, n.toLocaleString(language())),
  );
}

customElements.define('evaluation-view', EvaluationView);
