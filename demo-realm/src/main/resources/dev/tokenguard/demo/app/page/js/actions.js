// The buttons: what they are called, and what they truly do.

import { badNetwork } from './network.js';
import { element } from './dom.js';

// A property with isOn is a switch.
function groups(desk) {
  const price = desk.isStrict ? ' Under strict it ends your session.' : '';
  const button = (...parts) => pressed(desk.failed, ...parts);
  return [
    ['Refresh', [
      button('refresh-now', 'Refresh now', 'One request. All tabs get the new token.', desk.refreshNow),
      button('refresh-five', 'Refresh 5× at once', `Five requests with one token and without the lock, as tabs that do not know of each other.${price}`, desk.refreshFive),
      button('lose-next', 'Lose the next answer', `Keycloak answers, this page drops the answer and tries again with the old token.${price}`, desk.loseNext),
      link('open-tab', 'Open another tab', 'One login, one refresh at a time: all tabs stay in step.', '/'),
      toggle('bad-network', 'Bad network', `Loses three of ten answers in all tabs.${price}`, badNetwork),
    ]],
    ['Steal', [
      button('steal', 'Steal the token', `Hands it to a server at ${desk.thiefHost}, which uses it at once.`, desk.steal, 'danger'),
      button('thief-again', 'Thief refreshes again', 'With the newest token that the thief has.', desk.thiefAgain, 'danger'),
      button('replay-old', 'Replay an old token', 'Sends the oldest refresh token that this tab has had.', desk.replayOld, 'danger'),
      toggle('forge', 'The thief copies my browser', 'Sends your user agent. In grace it then passes for a retry of yours, until it is late.', desk.forging),
    ]],
    ['Call the API', [
      button('api-current', 'with the current token', 'On a 401 it refreshes once and tries again.', desk.apiCurrent),
      button('api-previous', 'with the previous token', 'Good until it expires: a refresh alone revokes no access token here.', desk.apiPrevious),
      button('api-revoked', 'with a revoked token', 'Revokes the current one at Keycloak (RFC 7009), then calls: 401, refresh, retry.', desk.apiRevoked),
    ]],
    ['End it', [
      button('log-out', 'Log out here', 'Ends this session at Keycloak.', desk.logOut),
      button('log-out-everywhere', 'Log out everywhere', 'Ends all that you have, by the product’s admin REST.', desk.logOutEverywhere),
      button('change-password', 'Change the password', 'At Keycloak. Ends your logins in other browsers, not this one.', desk.changePassword),
      button('reset-password', 'Have it reset', 'As an administrator would, to “demo”. Ends all logins.', desk.resetPassword),
    ]],
  ];
}

export function showActions(box, desk) {
  box.replaceChildren(...groups(desk).map(([title, parts]) => element('div', { class: 'group' },
    element('h3', {}, title), element('div', { class: 'grid' }, parts))));
}

function pressed(failed, id, label, hint, run, kind = '') {
  const made = element('button', { type: 'button', id, class: kind }, element('b', {}, label), element('span', {}, hint));
  made.addEventListener('click', () => once(made, run, failed));
  return made;
}

// Not twice at a time; a button stays in reach of the keyboard meanwhile.
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
