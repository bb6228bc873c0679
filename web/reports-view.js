/** `<reports-view>`: the reports that can be asked, their health, and room for more. */

import { permalink } from './address.js';
import { about, reports } from './api.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { label, say, sayBoth, translate } from './i18n.js';
import { saveWhereKeyed } from './saving.js';
import { SCOPE_CHANGED, scope } from './scope.js';

const READABLE = '.pdf,.docx,.pptx,.html,.htm,.md,.txt';

class ReportsView extends HTMLElement {
  #parts = {};
  #latest = 0;

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const picker = element('input', { type: 'file', id: 'report-file', multiple: true, accept: READABLE, hidden: true });
    picker.addEventListener('change', () => {
      this.#addAll(picker.files);
      picker.value = '';
    });
    const choose = say(
      element('button', { class: 'primary', type: 'button', click: () => picker.click() }),
      'reports.choose',
    );
    const limit = element('p', { class: 'note' });
    const drop = element(
      'div',
      { class: 'drop for-admins' },
      say(element('p'), 'reports.drop'),
      choose,
      picker,
      limit,
    );
    const jobs = element('ul', { class: 'jobs', role: 'list', 'aria-live': 'polite' });
    const list = element('div', { class: 'report-list' });
    this.#parts = { drop, jobs, list, limit };
    this.append(
      element(
        'div',
        { class: 'scroll' },
        element(
          'div',
          { class: 'column view' },
          say(element('h2', { class: 'view-title', tabindex: -1 }), 'views.reports'),
          say(element('p', { class: 'view-text' }), 'reports.text'),
          list,
          jobs,
          drop,
        ),
      ),
    );
    this.#takeDrops();
    document.addEventListener(SCOPE_CHANGED, () => this.#markAsked());
  }

  /** Bring the list up to date. */
  async show() {
    this.#load();
    const { max_report_bytes: bytes } = await about().catch(() => ({}));
    if (bytes) say(this.#parts.limit, 'reports.limit', { megabytes: Math.floor(bytes / 10_000) / 100 });
  }

  /** Move the keyboard here. */
  focus() {
    this.querySelector('.view-title').focus();
  }

  async #load() {
    this.#latest += 1;
    const latest = this.#latest;
    try {
      const entries = await reports.list();
      if (latest !== this.#latest) return;
      const items = entries.map((entry) => this.#entry(entry));
      this.#parts.list.replaceChildren(element('ul', { role: 'list' }, ...items));
      scope.know(entries);
    } catch (error) {
      this.#parts.list.replaceChildren(failureNote(error, () => this.#load()));
    }
  }

  #entry(entry) {
    const asked = element('input', { type: 'checkbox', 'data-report': entry.id });
    asked.addEventListener('change', () => scope.choose(entry.id, asked.checked));
    const place = { report: entry.id, edition: null, start: null, end: null };
    const title = element(
      'a',
      { class: 'report-name', href: permalink(place), 'data-view': 'report', lang: 'ja' },
      entry.title,
    );
    const inspection = `/api/reports/${encodeURIComponent(entry.id)}/inspection?language=`;
    const item = element('li', { class: 'report-entry' });
    const remove = say(
      element('button', {
        class: 'plain for-admins',
        type: 'button',
        click: () => this.#confirmRemoval(item, entry),
      }),
      'reports.remove',
    );
    label(remove, 'reports.removeTitle', { title: entry.title });
    const inspect = say(element('a', { class: 'plain', target: '_blank', rel: 'noopener' }), 'reports.inspect');
    sayBoth(inspect, { ja: `${inspection}ja`, en: `${inspection}en` }, 'href');
    saveWhereKeyed(inspect, `${entry.id}.html`);
    item.append(
      element('label', { class: 'asked-check' }, asked, say(element('span', { class: 'off-screen' }), 'reports.asked', { title: entry.title })),
      element(
        'div',
        {},
        title,
        element('p', { class: 'note facts' }, ...facts(entry)),
        element('p', { class: 'health' }, ...health(entry)),
      ),
      element(
        'div',
        { class: 'report-acts' },
        inspect,
        remove,
      ),
    );
    return item;
  }

  #confirmRemoval(item, entry) {
    const acts = item.querySelector('.report-acts');
    const before = [...acts.childNodes];
    const restore = () => {
      acts.replaceChildren(...before);
      translate(acts);
      acts.lastElementChild.focus();
    };
    const keep = say(element('button', { class: 'plain', type: 'button', click: restore }), 'reports.keep');
    const remove = say(
      element('button', {
        class: 'plain danger',
        type: 'button',
        click: () => {
          remove.disabled = true;
          this.#run(entry.title, () => reports.remove(entry.id));
          this.focus(); // the buttons go
        },
      }),
      'reports.removeNow',
    );
    acts.replaceChildren(say(element('span', { class: 'note' }), 'reports.confirm'), keep, remove);
    keep.focus();
  }

  #markAsked() {
    const boxes = [...this.querySelectorAll('[data-report]')];
    for (const box of boxes) box.checked = scope.isAsked(box.dataset.report);
    const asked = boxes.filter(({ checked }) => checked);
    for (const box of boxes) box.disabled = asked.length === 1 && box.checked; // one has to be asked
  }

  #takeDrops() {
    const { drop } = this.#parts;
    const holdsFiles = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes('Files');
    this.addEventListener('dragover', (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      drop.classList.add('over');
    });
    // A file that misses the view would otherwise open in the place of the page.
    for (const name of ['dragover', 'drop']) {
      document.addEventListener(name, (event) => holdsFiles(event) && event.preventDefault());
    }
    this.addEventListener('dragleave', (event) => {
      if (!this.contains(event.relatedTarget)) drop.classList.remove('over');
    });
    this.addEventListener('drop', (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      drop.classList.remove('over');
      this.#addAll(event.dataTransfer.files);
    });
  }

  #addAll(files) {
    for (const file of files) this.#run(file.name, (watch) => reports.add(file, watch));
  }

  /** Start a job and show how it goes. `begin` is told to report the share of a file that was sent. */
  async #run(name, begin) {
    const bar = element('progress', { max: 1, value: 0 });
    label(bar, 'job.progress', { name });
    const told = say(element('span', { class: 'job-state' }), 'job.sending');
    const item = element('li', { class: 'job' }, element('span', { lang: 'ja' }, name), bar, told);
    this.#parts.jobs.append(item);
    try {
      const job = await begin((share) => (bar.value = share));
      const done = await reports.follow(job, ({ state, progress }) => {
        bar.value = progress;
        say(told, `job.${state}`);
      });
      bar.remove();
      say(told, outcome(done));
      if (done.returns_with_build) item.append(say(element('p', { class: 'note' }), 'job.returns'));
    } catch (error) {
      bar.remove();
      told.replaceWith(failureNote(error));
    }
    this.#load();
  }
}

function outcome({ added, replaced, unchanged, removed }) {
  if (removed.length > 0) return 'job.removed';
  if (added.length > 0) return 'job.added';
  if (replaced.length > 0) return 'job.replaced';
  return unchanged.length > 0 ? 'job.unchanged' : 'job.done';
}

function facts({ format, pages, characters, sections, tables, added }) {
  const fact = (key, count) => say(element('span', { class: 'fact' }), key, { count });
  return [
    element('span', { class: 'fact' }, format.toUpperCase()),
    ...(pages ? [fact('reports.pages', pages)] : []),
    fact('reports.characters', characters),
    fact('reports.sections', sections),
    ...(tables ? [fact('reports.tables', tables)] : []),
    say(element('span', { class: 'fact' }), added ? 'reports.added' : 'reports.fromFolder'),
  ];
}

/** What a reader should know before trusting the report. */
function health({ marks, warnings }) {
  const { resolved = 0, ambiguous = 0, missing = 0 } = marks;
  const tag = (kind, key, count) => say(element('span', { class: `tag ${kind}` }), key, { count });
  return [
    warnings ? tag('doubt', 'reports.warnings', warnings) : tag('sound', 'reports.noWarnings', 0),
    ...(resolved ? [tag('sound', 'reports.resolved', resolved)] : []),
    ...(ambiguous ? [tag('doubt', 'reports.ambiguous', ambiguous)] : []),
    ...(missing ? [tag('doubt', 'reports.missing', missing)] : []),
  ];
}

customElements.define('reports-view', ReportsView);
