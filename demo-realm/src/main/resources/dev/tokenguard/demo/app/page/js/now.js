// The countdown of the access token, and the time of the next refresh.

import { byId } from './dom.js';
import { claims } from './tokens.js';

const NETWORK = {
  online: 'online',
  offline: 'offline: refreshes when online',
  retrying: 'no response: retrying',
  waiting: 'Keycloak asked for a pause: waiting',
};

export function showNow(session) {
  if (!session.user) {
    return;
  }
  const { exp, iat } = claims(session.user.access_token);
  const left = Math.max(0, exp - Date.now() / 1000);
  byId('seconds').textContent = Math.ceil(left);
  byId('hand').style.strokeDasharray = `${Math.min(100, (100 * left) / (exp - iat))} 100`;
  byId('hand').classList.toggle('low', left < (exp - iat) * 0.3);
  byId('generation').textContent = session.position.generation;
  byId('next').textContent = `in ${Math.max(0, Math.ceil((session.due - Date.now()) / 1000))} s`;
}

export function showNetwork(state) {
  byId('network').textContent = NETWORK[state];
  byId('network').className = state;
}
