// A token endpoint without a grace period: a second use of a refresh token is refused, and counted.

export const ENDPOINT = 'https://login.example.com/realms/demo/protocol/openid-connect/token';

export class TokenEndpoint {
  #generation = 0;
  #answers = [];
  #held = [];
  #isHolding = false;

  requests = [];
  reuses = 0;
  lifespan = 60;
  clockAhead = 0;
  subject = 'alice';

  constructor() {
    this.fetch = async (url, init) => {
      const fields = new URLSearchParams(init.body);
      this.requests.push({ url: String(url), init, fields: Object.fromEntries(fields) });
      const answer = this.#answers.shift() ?? (() => this.#rotate(fields.get('refresh_token')));
      if (this.#isHolding) {
        await new Promise((resolve, reject) => {
          this.#held.push(resolve);
          init.signal?.addEventListener('abort', () => reject(init.signal.reason));
        });
      }
      return answer(() => this.#rotate(fields.get('refresh_token')));
    };
  }

  /** The response to a login. */
  logIn() {
    this.#generation = 0;
    return this.#tokens();
  }

  /** The next requests get these responses. */
  next(...answers) {
    this.#answers.push(...answers);
  }

  hold() { this.#isHolding = true; }

  release() {
    this.#isHolding = false;
    this.#held.splice(0).forEach((resolve) => resolve());
  }

  #rotate(refreshToken) {
    if (refreshToken !== 'cookie' && refreshToken !== this.#refreshToken()) {
      this.reuses += 1;
      return json(400, { error: 'invalid_grant', error_description: 'Invalid refresh token' });
    }
    this.#generation += 1;
    return json(200, this.#tokens());
  }

  #refreshToken() {
    return jwt({ rtg: this.#generation, typ: 'Refresh' });
  }

  #tokens() {
    const iat = Math.floor(Date.now() / 1000) + this.clockAhead;
    return {
      access_token: jwt({ sub: this.subject, iat, exp: iat + this.lifespan, generation: this.#generation }),
      refresh_token: this.#refreshToken(),
      id_token: jwt({ sub: this.subject }),
      expires_in: this.lifespan,
      token_type: 'Bearer',
    };
  }
}

export function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export const refusing = (status, error, headers) => () => json(status, { error }, headers);

/** The server rotates, and the response does not arrive. */
export const lost = () => { throw new TypeError('Failed to fetch'); };

export function jwt(claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.signature`;
}
