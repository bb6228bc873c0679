/** The page: joins the views, the reader, the address, the keyboard and the connection. */

import './conversation-list.js';
import './reader.js';

import { hashOf, parseAddress } from './address.js';
import { about, UNREACHABLE } from './api.js';
import { OPEN_CITATION } from './citations.js';
import { TURNS_SHOWN } from './conversation-view.js';
import { watchConnection } from './connection.js';
import { loadMessages, preferredLanguage, rememberLanguage, useLanguage } from './i18n.js';
import { setUpKeyChange } from './key.js';
import { GO_TO } from './navigation.js';
import { CLOSE, TURN_TO } from './reader.js';
import { setUpShortcuts } from './shortcuts.js';
import { setUpTheme } from './theme.js';

const reader = document.querySelector('report-reader');
const list = document.querySelector('conversation-list');
const views = {
  ask: document.querySelector('conversation-view'),
  reports: document.querySelector('reports-view'),
  verify: document.querySelector('verify-view'),
  evaluation: document.querySelector('evaluation-view'),
};

/** Views that are not fetched until they are wanted. */
const LATER = {
  reports: () => import('./reports-view.js'),
  verify: () => import('./verify-view.js'),
  evaluation: () => import('./evaluation-view.js'),
};

/** @type {import('./reader.js').Tour | null} */
let tour = null;
/** @type {Element | null} what the reader was opened from, to return the keyboard to */
let opener = null;
/** Where the conversation stands that was looked at last. */
let askedAt = '/';
/** @type {string | null} the path that stands on the left */
let shownPath = null;

/** Bring the page in line with the address. */
function follow({ moveFocus }) {
  const { view, conversation, place } = parseAddress(location);
  if (location.pathname !== shownPath) {
    const anew = shownPath === null;
    shownPath = location.pathname;
    showView(view, conversation, anew);
  }
  const hash = place && hashOf(place);
  tour = place && tourTo(hash, tour?.citations ?? views[view]?.citationsAt?.(hash) ?? []);
  for (const node of document.querySelectorAll('[data-place]')) {
    if (node.dataset.place === hash) node.setAttribute('aria-current', 'true');
    else node.removeAttribute('aria-current');
  }
  document.body.classList.toggle('reading', place !== null);
  foldRail();
  if (place) reader.show(place, tour, moveFocus);
  else reader.close();
}

/** A place as one of some citations, if it is. */
function tourTo(hash, citations) {
  const index = citations.findIndex((citation) => hashOf(citation) === hash);
  return index < 0 ? null : { citations, index };
}

function showView(view, conversation, anew) {
  document.body.dataset.view = view;
  closeRail();
  for (const [name, node] of Object.entries(views)) node.hidden = name !== view;
  for (const link of document.querySelectorAll('.views [data-view]')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (view === 'ask') askedAt = location.pathname;
  list.mark(conversation);
  whenThere(view, () => views[view].hidden || views[view].show?.(conversation, { anew }));
}

/** Act once a view is there: at once, or when its module has come. */
function whenThere(view, act) {
  if (view in LATER) {
    LATER[view]().then(act, () => document.dispatchEvent(new CustomEvent(UNREACHABLE)));
  } else if (view in views) act();
}

function goTo(address, { moveFocus = false } = {}) {
  if (address !== location.pathname + location.hash) history.pushState(null, '', address);
  follow({ moveFocus });
}

/** `from` is what stands for the citation on the left. */
function openCitation(citations, index, from, moveFocus) {
  tour = { citations, index };
  opener = from;
  goTo(location.pathname + hashOf(citations[index]), { moveFocus });
  from.scrollIntoView({ block: 'nearest' }); // the pane may have shrunk to make room
}

function closeReader() {
  goTo(parseAddress(location).view === 'report' ? '/' : location.pathname);
  if (opener?.isConnected) opener.focus();
  else views[document.body.dataset.view]?.focus();
}

document.addEventListener(OPEN_CITATION, ({ target, detail }) => {
  openCitation(detail.citations, detail.index, target, true);
});
document.addEventListener(TURN_TO, ({ detail }) => {
  if (!tour?.citations[detail]) return;
  const hash = hashOf(tour.citations[detail]);
  const place = `[data-place="${CSS.escape(hash)}"]`;
  const from = opener?.closest('[data-citations]')?.querySelector(place) ?? document.querySelector(place);
  openCitation(tour.citations, detail, from, false);
});
document.addEventListener(CLOSE, closeReader);
document.addEventListener(TURNS_SHOWN, () => follow({ moveFocus: false }));
document.addEventListener(GO_TO, ({ detail }) => {
  if (detail.replace) {
    history.replaceState(null, '', detail.address + location.hash);
    shownPath = location.pathname;
    askedAt = shownPath;
    list.mark(parseAddress(location).conversation);
  } else goTo(detail.address);
});
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-view]');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  // the same path again is a new conversation
  if (link.dataset.view === 'ask' && !views.ask.hidden) shownPath = null;
  goTo(link.getAttribute('href'), { moveFocus: true });
  whenThere(link.dataset.view, () => views[link.dataset.view].focus());
});
// Back, forward and typed addresses; the hash of an ordinary link, too.
window.addEventListener('popstate', () => {
  follow({ moveFocus: false });
  const { activeElement: held } = document;
  if (held === document.body || !held?.checkVisibility()) views[document.body.dataset.view]?.focus();
});
// An address of its own would take the report away.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('#content').focus();
});

// The rail needs room, and a report beside it more.
const phone = matchMedia('(max-width: 52rem)');
const narrow = matchMedia('(max-width: 80rem)');
function foldRail() {
  const reading = document.body.classList.contains('reading');
  document.body.classList.toggle('folded', phone.matches || (narrow.matches && reading));
}
for (const width of [phone, narrow]) width.addEventListener('change', foldRail);

const toggle = document.querySelector('.rail-toggle');
const railBody = document.querySelector('.rail-body');
function openRail() {
  document.body.classList.add('rail-open');
  toggle.setAttribute('aria-expanded', 'true');
}
function closeRail() {
  const held = railBody.contains(document.activeElement);
  if (held && document.body.classList.contains('folded')) toggle.focus(); // what has it now goes
  document.body.classList.remove('rail-open');
  toggle.setAttribute('aria-expanded', 'false');
}
toggle.addEventListener('click', () => {
  if (document.body.classList.contains('rail-open')) closeRail();
  else openRail();
});
document.addEventListener('pointerdown', ({ target }) => {
  if (!target.closest?.('.rail')) closeRail();
});
document.addEventListener('focusin', ({ target }) => {
  if (!target.closest('.rail')) closeRail();
});

function switchLanguage(wanted) {
  useLanguage(wanted);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === wanted));
  }
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    rememberLanguage(button.dataset.language);
    switchLanguage(button.dataset.language);
  });
}

setUpTheme(document.querySelectorAll('[data-theme]'));
const told = about().catch(() => ({ keeps_conversations: false, language_model: null, role: 'admin' }));
await loadMessages();
switchLanguage(preferredLanguage()); // what asks for a key is to be understood
const { keeps_conversations: keeps, language_model: model, role } = await told;
document.body.dataset.role = role;
setUpKeyChange(document.querySelector('.key-change'));
watchConnection(document.querySelector('.banner'));
setUpShortcuts({
  ask: () => {
    if (views.ask.hidden) goTo(askedAt);
    else if (phone.matches && !reader.hidden) closeReader(); // it takes the place of the box
    views.ask.focus();
  },
  begin: () => {
    shownPath = null;
    goTo('/');
  },
  conversations: () => {
    if (document.body.classList.contains('folded')) openRail();
    list.focus();
  },
  citation: (step) => reader.turn(step),
  search: () => reader.search(),
  dismiss: () => {
    if (document.body.classList.contains('rail-open')) closeRail();
    else if (!reader.hidden && !reader.dismiss()) closeReader();
  },
});
list.start(keeps);
views.ask.start(keeps, model);
document.body.classList.add('ready');
follow({ moveFocus: false });
