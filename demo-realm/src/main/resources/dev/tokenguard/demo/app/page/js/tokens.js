// Looks into tokens. What this file returns may be shown; the tokens themselves may not.

export function claims(token) {
  const base64 = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

// The place of a refresh token in its family. The first one does not name the family: its own id does.
export function place(refreshToken) {
  const { rtf, rtg, jti } = claims(refreshToken);
  return { family: rtf ?? jti, generation: rtg ?? 0, jti };
}

export function short(id) {
  return id ? `${id.slice(id.indexOf(':') + 1).slice(0, 8)}…` : '–';
}
