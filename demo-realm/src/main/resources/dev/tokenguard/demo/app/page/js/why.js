// Why a refresh was refused. The answer of the token endpoint is neutral on purpose; what the product
// wrote down for its operators tells more.

const REASONS = {
  logout: 'This session was logged out.',
  administrator: 'All your logins were ended, by you in another tab or by an administrator.',
  'password-reset': 'An administrator set a new password.',
  'password-changed': 'The password was changed.',
  'user-disabled': 'This account was disabled.',
};

export function why(told) {
  if (told?.incident) {
    return theft(told.incident);
  }
  const reason = REASONS[told?.revoked?.reason];
  if (reason) {
    return `${reason} Please log in again.`;
  }
  return told?.family?.state === 'session-ended'
    ? 'Your session at Keycloak has ended. Please log in again.'
    : 'Keycloak refused the refresh token. Please log in again.';
}

function theft({ time, generation, newestGeneration }) {
  return `A refresh token was used twice: at ${clock(time)}, generation ${generation} came again when ${newestGeneration} was the newest. `
    + 'Somebody else may have a copy, and nobody can tell who is who: so this login was ended for both. Please log in again.';
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
