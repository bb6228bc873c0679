/** The page: joins the conversation, the reader, the URL and the language. */

import './reader.js';

import { ASK_QUESTION, OPEN_CITATION } from './answer.js';
import { listReports } from './api.js';
import { setUpAskBox } from './ask-box.js';
import { Conversation } from './conversation.js';
import { element } from './dom.js';
import { failureNote } from './failure.js';
import { loadMessages, preferredLanguage, rememberLanguage, say, useLanguage } from './i18n.js';
import { hashOf, parsePlace } from './place.js';
import { CLOSE, TURN_TO } from './reader.js';

const SAMPLES = ['samples.1', 'samples.2', 'samples.3', 'samples.4'];

const reader = document.querySelector('report-reader');
const welcome = document.querySelector('.welcome');
const conversation = new Conversation(document.querySelector('.turns'));
const askBox = setUpAskBox(document.querySelector('.ask'), async (question) => {
  welcome.hidden = true;
  await conversation.ask(question);
});

/** @type {import('./reader.js').Tour | null} */
let tour = null;
/** @type {Element | null} what the reader was opened from, to return the keyboard to */
let opener = null;

/** Bring the reader in line with the URL. */
function follow({ moveFocus }) {
  const place = parsePlace(location.hash);
  const hash = place && hashOf(place);
  const index = tour?.citations.findIndex((citation) => hashOf(citation) === hash) ?? -1;
  tour = index < 0 ? null : { ...tour, index };
  for (const node of document.querySelectorAll('[data-place]')) {
    if (node.dataset.place === hash) node.setAttribute('aria-current', 'true');
    else node.removeAttribute('aria-current');
  }
  document.body.classList.toggle('reading', place !== null);
  if (place) reader.show(place, tour, moveFocus);
  else reader.close();
}

function goTo(hash, { moveFocus }) {
  if (hash !== location.hash) history.pushState(null, '', hash || location.pathname);
  follow({ moveFocus });
}

/** `from` is what stands for the citation in the conversation. */
function openCitation(citations, index, from, moveFocus) {
  tour = { citations, index };
  opener = from;
  goTo(hashOf(citations[index]), { moveFocus });
  from.scrollIntoView({ block: 'nearest' }); // the pane may have shrunk to make room
}

function closeReader() {
  goTo('', { moveFocus: false });
  if (opener?.isConnected) opener.focus();
  else askBox.focus();
}

document.addEventListener(OPEN_CITATION, ({ target, detail }) => {
  openCitation(detail.citations, detail.index, target, true);
});
document.addEventListener(ASK_QUESTION, ({ detail }) => askBox.send(detail.question));
document.addEventListener(TURN_TO, ({ detail }) => {
  const from = opener.closest('.turn').querySelectorAll('.citation-open')[detail];
  openCitation(tour.citations, detail, from, false);
});
document.addEventListener(CLOSE, closeReader);
document.addEventListener('keydown', (event) => {
  const busy = event.isComposing || event.target.matches('textarea');
  if (event.key !== 'Escape' || busy || reader.hidden) return;
  if (document.querySelector(':popover-open')) return; // the browser closes that first
  if (!reader.dismiss()) closeReader();
});
// Back, forward and typed addresses; the hash of an ordinary link, too.
window.addEventListener('popstate', () => follow({ moveFocus: false }));

function showSamples() {
  const list = document.querySelector('.samples');
  for (const key of SAMPLES) {
    const sample = element('button', { class: 'sample', type: 'button', lang: 'ja' });
    sample.addEventListener('click', () => askBox.send(sample.textContent));
    list.append(element('li', {}, say(sample, key)));
  }
}

async function showReports() {
  const body = document.querySelector('.reports-body');
  try {
    const reports = await listReports();
    const items = reports.map(({ id, title, characters }) => {
      const place = { report: id, start: null, end: null };
      const link = element('a', { href: hashOf(place), lang: 'ja' }, title);
      const size = say(element('span', { class: 'size' }), 'reports.size', { characters });
      return element('li', {}, link, ' ', size);
    });
    body.replaceChildren(element('ul', { role: 'list' }, ...items));
    document.body.classList.toggle('several-reports', reports.length > 1);
  } catch (error) {
    body.replaceChildren(failureNote(error, showReports));
  }
}

function switchLanguage(wanted) {
  useLanguage(wanted);
  for (const button of document.querySelectorAll('.language')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === wanted));
  }
}

for (const button of document.querySelectorAll('.language')) {
  button.addEventListener('click', () => {
    rememberLanguage(button.dataset.language);
    switchLanguage(button.dataset.language);
  });
}

await loadMessages();
switchLanguage(preferredLanguage());
document.body.classList.add('ready');
showSamples();
showReports();
follow({ moveFocus: false });
if (reader.hidden) askBox.focus();
