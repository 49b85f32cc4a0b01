// Decodes tokens. Claims may be displayed, tokens must not be.

export function claims(token) {
  const base64 = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

// Stands for the refresh token in the cookie, which no script can read.
export const COOKIE = 'cookie';

// The position of a refresh token in its family. The id of the first token is the id of the family.
export function position(refreshToken) {
  const { rtf, rtg, jti } = claims(refreshToken);
  return { family: rtf ?? jti, generation: rtg ?? 0, jti };
}

export function short(id) {
  return id ? `${id.slice(id.indexOf(':') + 1).slice(0, 8)}…` : '–';
}
