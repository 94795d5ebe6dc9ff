// To the server: questions are answered now or not at all; what the visitor said waits its turn until it has arrived.
import type { Memory } from "./memory";

const MOST = 200; // parcels kept while there is no connection
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60_000;

export class Wire {
  #busy = false;
  #pause = FIRST_PAUSE;
  #timer = 0;
  onTrouble: () => void = () => undefined;

  constructor(
    readonly home: string,
    readonly memory: Memory,
  ) {
    addEventListener("online", () => this.pump());
  }
  // Plain text, so that no browser has to ask for permission first; no cookie goes along.
  #post(path: string, body: object): Promise<Response> {
    return fetch(this.home + path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      keepalive: true,
    });
  }
  /** The server's answer, or null: a question that cannot be asked now is not asked. */
  async call(path: string, body: object): Promise<any> {
    if (!this.memory.maySend) return null;
    try {
      const answer = await this.#post(path, body);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
  send(path: string, body: object, done?: (answer: any) => void): void {
    if (!this.memory.maySend) return;
    this.memory.queue.push({ path, body, done });
    this.memory.queue.splice(0, this.memory.queue.length - MOST);
    this.memory.keep();
    queueMicrotask(() => this.pump()); // a question that is asked meanwhile has the open connection first
  }
  /** One at a time, and in order for each path; a path that is blocked (some blockers do that) keeps no other waiting. */
  async pump(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#busy) return;
    this.#busy = true;
    const stuck = new Set<string>();
    const next = () => this.memory.queue.find((each) => !stuck.has(each.path));
    for (let parcel = next(); parcel && this.memory.maySend; parcel = next()) {
      const sent = parcel;
      const answer = await this.#post(sent.path, sent.body).catch(() => null);
      if (!answer || answer.status >= 500 || answer.status === 429) {
        stuck.add(sent.path);
        continue;
      }
      this.memory.queue = this.memory.queue.filter((each) => each !== sent);
      this.memory.keep();
      if (answer.ok && sent.done) sent.done(await answer.json().catch(() => null));
    }
    this.#busy = false;
    if (!stuck.size) {
      this.#pause = FIRST_PAUSE;
      return;
    }
    this.#timer = setTimeout(() => this.pump(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    if ([...stuck].some((path) => path.startsWith("/v1/widget/"))) this.onTrouble();
  }
}
