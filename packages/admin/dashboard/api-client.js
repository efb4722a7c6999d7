const TOKEN_KEY = 'hearsay.token';
/** Asking all members may take 6 s. */
const ANSWER_MS_MAX = 10_000;

/** The node wants a token, or another one. */
export class TokenWantedError extends Error {}
/** The node answered that it does not do this; the message is its own. */
export class RefusedError extends Error {}

/** Calls the node that has served this page, with the token of this tab. */
export class ApiClient {
  /** @returns {string | null} */
  get token() {
    return sessionStorage.getItem(TOKEN_KEY);
  }

  /** @param {string | null} token */
  set token(token) {
    if (token === null) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  }

  /**
   * @template Reply
   * @param {string} path below the page's own, such as `v1/status`
   * @param {AbortSignal} signal
   * @returns {Promise<Reply>}
   * @throws {TokenWantedError} @throws {RefusedError} @throws {Error} out of reach
   */
  async get(path, signal) {
    const timely = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
    const response = await this.#call(path, {}, timely);
    return /** @type {Reply} */ (await response.json());
  }

  /**
   * @param {string} lastId of the last event that was handled; empty before the first
   * @param {AbortSignal} signal
   * @returns {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>} server-sent events; EventSource sends no token
   */
  async events(lastId, signal) {
    const headers = lastId === '' ? {} : { 'last-event-id': lastId };
    const { body } = await this.#call('v1/events', headers, signal);
    if (!body) throw new RefusedError('the stream of events is empty');
    return body;
  }

  /**
   * @param {string} path
   * @param {Readonly<Record<string, string>>} headers
   * @param {AbortSignal} signal
   */
  async #call(path, headers, signal) {
    const { token } = this;
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(path, { headers: { ...headers, ...authorization }, signal });
    if (response.ok) return response;
    if (response.status === 401) throw new TokenWantedError();
    const reply = await response.json().catch(() => undefined);
    throw new RefusedError(reply?.error?.message ?? `the node answers with ${response.status}`);
  }
}
