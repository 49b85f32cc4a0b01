// The panels beside the picture: history, decoded responses, data in Redis.

import { byId, element } from './dom.js';
import { claims, COOKIE, position, short } from './tokens.js';
import { clock } from './why.js';

const MOST_ANSWERS = 8;
const MOST_EVENTS = 9;

const WORDS = {
  login: () => ['Logged in', 'generation 0'],
  rotated: ({ used, got, isLost }) => ['Rotated', `generation ${used} to ${got}${isLost ? '; response lost' : ''}`],
  replayed: ({ used, got, isLost }) => ['Replayed', `generation ${used} again, same generation ${got}${isLost ? '; response lost' : ''}`],
  refused: ({ used, error }) => ['Refused', `generation ${used}: ${error}`],
  stolen: ({ used, got, error }) => ['Thief', got === undefined ? `used generation ${used}: ${error}` : `used generation ${used}, has ${got}`],
  ended: ({ why }) => ['Terminated', why],
};

export function showHistory(events) {
  byId('history').replaceChildren(...events.slice(-MOST_EVENTS).reverse().map((event) => {
    const [what, how] = WORDS[event.kind](event);
    return element('li', { class: `s-${event.kind}` },
      element('b', {}, what), element('span', {}, how), element('small', {}, `${clock(event.at)}, ${event.by}`));
  }));
}

export function showAnswer({ sent, status, body, isLost }) {
  const isRefresh = sent.get('grant_type') === 'refresh_token';
  const head = [
    element('b', { class: status === 200 ? 'good' : 'bad' }, String(status)),
    ` ${isRefresh ? `refresh with ${named(sent.get('refresh_token'))}` : 'code for tokens'}`,
    ` → ${status === 200 ? named(body.refresh_token) : body.error ?? ''}`,
    isLost ? ' (lost)' : '',
    element('small', {}, clock(Date.now())),
  ];
  const list = byId('answers');
  list.prepend(element('details', {}, element('summary', {}, head), element('pre', { tabindex: 0 }, decoded(body))));
  [...list.children].slice(MOST_ANSWERS).forEach((old) => old.remove());
}

function named(refreshToken = COOKIE) {
  return refreshToken === COOKIE ? 'the cookie' : `generation ${position(refreshToken).generation}`;
}

// Shows the claims of each token.
function decoded(body) {
  const shown = Object.entries(body).map(([name, value]) => [name, name.endsWith('_token') ? claims(value) : value]);
  return JSON.stringify(Object.fromEntries(shown), null, 2);
}

export function showHeld({ family, incident, revoked, unavailable }) {
  if (unavailable) {
    byId('held').replaceChildren(element('div', {}, element('dt', {}, 'Unavailable'), element('dd', {}, unavailable)));
    return;
  }
  const rows = [
    ['Family', family ? short(family.id) : 'unknown'],
    ['State', family?.state ?? '–'],
    ['Newest generation', family?.generation ?? '–'],
    ['Login', family?.created ? clock(family.created) : '–'],
    ['Last refresh', family?.lastRefresh ? clock(family.lastRefresh) : '–'],
    ['Client', family?.clientId ?? '–'],
    ['Browser', [family?.browser, family?.os].filter(Boolean).join(', ') || '–'],
    ['Access token on the blacklist', revoked ? `yes, scope ${revoked.scope}: ${revoked.reason}` : 'no'],
    ['Incident', incident ? `${incident.type}, ${incident.reason}, generation ${incident.generation} of ${incident.newestGeneration}, ${clock(incident.time)}` : 'none'],
  ];
  byId('held').replaceChildren(...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, String(value)))));
}
