// What a response to a refresh means. Only an explicit refusal terminates a login.

/** The authorization server refused the refresh token, or the client. A retry does not help. */
export class RefreshRefused extends Error {
  name = 'RefreshRefused';

  /** @param {string} error the code of RFC 6749, section 5.2 */
  constructor(error, description) {
    super(description || error);
    this.error = error;
  }
}

/** It is unknown whether the token was used, or a pause is needed. The login continues. */
export class RefreshFailed extends Error {
  name = 'RefreshFailed';

  /**
   * @param {{ state: 'offline' | 'retrying' | 'waiting', error?: string, wait?: number, cause?: unknown }} details
   *     wait: the milliseconds before the next attempt, if the server named them
   */
  constructor(message, { state, error, wait, cause }) {
    super(message, { cause });
    this.state = state;
    this.error = error;
    this.wait = wait;
  }
}

const FINAL = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

// The server failed, so the token may have been used. With any other code, it was not.
const UNCLEAR = ['server_error', 'unknown_error'];

/**
 * @param {{ error?: string, error_description?: string, status?: number, wait?: number, cause?: unknown }} response
 *     wait: Retry-After in milliseconds
 */
export function failureOf({ error, error_description: description, status, wait, cause }) {
  if (FINAL.includes(error)) {
    return new RefreshRefused(error, description);
  }
  const isUnused = error ? !UNCLEAR.includes(error) : status === 503 || (status >= 400 && status < 500);
  const text = description || error || (status && `The token endpoint responded with ${status}`) || cause?.message;
  return new RefreshFailed(text || 'The refresh got no response', {
    state: isUnused || wait !== undefined ? 'waiting' : 'retrying', error, wait, cause,
  });
}

/** Retry-After in milliseconds (RFC 9110, section 10.2.3); undefined without it. */
export function retryAfter(headers) {
  const value = headers.get('Retry-After');
  const pause = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Number.isNaN(pause) ? undefined : Math.max(0, pause);
}
