// Why a refresh was refused. The response of the token endpoint is neutral by intention; the admin REST API
// returns the reason.

const REASONS = {
  logout: 'This session was logged out.',
  administrator: 'All your sessions were terminated, by you in another tab or by an administrator.',
  'password-reset': 'An administrator set a new password.',
  'password-changed': 'The password was changed.',
  'user-disabled': 'This account was disabled.',
};

export function why(state) {
  if (state?.incident) {
    return theft(state.incident);
  }
  const reason = REASONS[state?.revoked?.reason];
  if (reason) {
    return `${reason} Please log in again.`;
  }
  return state?.family?.state === 'session-terminated'
    ? 'Your session at Keycloak was terminated. Please log in again.'
    : 'Keycloak refused the refresh token. Please log in again.';
}

function theft({ time, generation, newestGeneration }) {
  return `A refresh token was used twice: at ${clock(time)}, generation ${generation} was presented again when ${newestGeneration} was the newest. `
    + 'Another client may have a copy of it, so this login was revoked for both. Please log in again.';
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
