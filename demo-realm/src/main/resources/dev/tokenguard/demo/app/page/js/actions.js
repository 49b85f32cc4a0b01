// The buttons: label, description and action.

import { badNetwork } from './network.js';
import { element } from './dom.js';

const STEALS = {
  script: (host) => `Sends it to a server at ${host}, which uses it immediately.`,
  key: (host) => `Sends it to a server at ${host}, which tries to use it without the key of this browser.`,
  cookie: () => 'Searches for it in all that a script in this page can read.',
};

const FORGES = {
  script: 'Sends your user agent. Within the grace period, Keycloak cannot distinguish it from a retry of your browser.',
  key: 'Sends your user agent. It has no effect without the key of this browser.',
  cookie: 'Sends your user agent. It has no effect without a token.',
};

// A property with isOn is a switch.
function groups(dashboard) {
  const warning = dashboard.isStrict ? ' With the strict policy, your session is terminated.' : '';
  // The browser stores the cookie of a response that the page discards.
  const lostWarning = dashboard.storage === 'cookie' ? '' : warning;
  const button = (...parts) => pressed(dashboard.failed, ...parts);
  return [
    ['Refresh', [
      button('refresh-now', 'Refresh now', 'Sends one request. All tabs get the new token.', dashboard.refreshNow),
      button('refresh-five', 'Refresh 5× at once', `Sends five requests with one token and without the lock, as tabs without coordination do.${warning}`, dashboard.refreshFive),
      button('lose-next', 'Lose the next response', `Keycloak responds, this page discards the response and retries${dashboard.storage === 'cookie' ? '' : ' with the old token'}.${lostWarning}`, dashboard.loseNext),
      link('open-tab', 'Open another tab', 'All tabs share one login and refresh one at a time.', '/'),
      toggle('bad-network', 'Bad network', `Loses three of ten responses in all tabs.${lostWarning}`, badNetwork),
    ]],
    ['Steal', [
      button('steal', 'Steal the token', STEALS[dashboard.storage](dashboard.thiefHost), dashboard.steal, 'danger'),
      button('thief-again', 'Thief refreshes again', 'Uses the newest token of the thief.', dashboard.thiefAgain, 'danger'),
      button('replay-old', 'Replay an old token', 'Sends the oldest refresh token that this tab received.', dashboard.replayOld, 'danger'),
      toggle('forge', 'The thief copies my browser', FORGES[dashboard.storage], dashboard.forging),
    ]],
    ['Call the API', [
      button('api-current', 'with the current token', 'After a 401, the page refreshes once and retries.', dashboard.apiCurrent),
      button('api-previous', 'with the previous token', 'Valid until it expires: here, a refresh does not revoke the replaced access token.', dashboard.apiPrevious),
      button('api-revoked', 'with a revoked token', 'Revokes the current token at Keycloak (RFC 7009), then calls: 401, refresh, retry.', dashboard.apiRevoked),
    ]],
    ['Terminate', [
      button('log-out', 'Log out here', 'Terminates this session at Keycloak.', dashboard.logOut),
      button('log-out-everywhere', 'Log out everywhere', 'Revokes all your tokens and sessions through the admin REST API.', dashboard.logOutEverywhere),
      button('change-password', 'Change the password', 'At Keycloak. Terminates your sessions in other browsers.', dashboard.changePassword),
      button('reset-password', 'Reset the password', 'As an administrator, to “demo”. Terminates all your sessions.', dashboard.resetPassword),
    ]],
  ];
}

export function showActions(box, dashboard) {
  box.replaceChildren(...groups(dashboard).map(([title, parts]) => element('div', { class: 'group' },
    element('h3', {}, title), element('div', { class: 'grid' }, parts))));
}

function pressed(failed, id, label, hint, run, kind = '') {
  const made = element('button', { type: 'button', id, class: kind }, element('b', {}, label), element('span', {}, hint));
  made.addEventListener('click', () => once(made, run, failed));
  return made;
}

// One run at a time. A disabled button would lose the focus of the keyboard.
async function once(made, run, failed) {
  if (made.getAttribute('aria-busy') !== 'true') {
    made.setAttribute('aria-busy', 'true');
    try {
      await run();
    } catch {
      failed();
    } finally {
      made.removeAttribute('aria-busy');
    }
  }
}

function link(id, label, hint, href) {
  return element('a', { id, href, target: '_blank', rel: 'noopener', class: 'button' }, element('b', {}, label), element('span', {}, hint));
}

function toggle(id, label, hint, property) {
  const box = element('input', { type: 'checkbox', id });
  box.checked = property.isOn;
  box.addEventListener('change', () => { property.isOn = box.checked; });
  return element('label', { class: 'toggle', for: id }, box, element('span', {}, element('b', {}, label), element('span', {}, hint)));
}
