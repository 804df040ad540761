/** Follows topics of the live feed, through cuts and restarts, and says when it cannot. */

import { apply, initial, revisions } from "./race-state.js";

const BACK_OFF_MS = [250, 500, 1000, 2000, 4000, 8000];
const SILENCE_HEARTBEATS = 2.5;
const SYNC_EVERY_MS = 30_000;
/** A replay's clock may run at another speed than ours. */
const SYNC_REPLAY_EVERY_MS = 1000;
const ASK_AGAIN_MS = 2000;
/** What may be there a little later. */
const NOT_YET = new Set(["unknown-topic", "topic-failed", "not-ready"]);

/**
 * Events: `document` ({topic, data}) for every change, `status` ({connected, stale, position}) when
 * the connection comes, goes or falls silent, `time` ({offset}) when the server's clock is known,
 * `replay` ({pos, speed, first, gun, last, ended}) when a replay begins, is changed or ends, `refused`
 * ({code, detail, topic}) when something cannot be followed.
 *
 * Options are those of a hello: `delayMs`, `conflateMs`, `fields`, `replay`.
 */
export class Feed extends EventTarget {
  #url;
  #topics;
  #options;
  #socket = null;
  #state = initial();
  #attempts = 0;
  #heartbeatMs = 5000;
  #lastHeard = 0;
  #timers = new Set();
  #stopped = true;
  #pending = new Set();
  #asked = false;
  #retryMs = null;
  #status = { connected: false, stale: true };

  constructor(url, topics, options = {}) {
    super();
    this.#url = url;
    this.#topics = topics;
    this.#options = options;
  }

  /** The address of the feed of the server that this page came from. */
  static here() {
    return new URL("/feed", location.href.replace(/^http/, "ws")).href;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#every(1000, () => this.#watch());
    this.#every(SYNC_EVERY_MS, () => this.#sync());
    this.#every(SYNC_REPLAY_EVERY_MS, () => this.#state.label && this.#sync());
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#socket?.close(1000);
  }

  /** Follow other topics from now on, or the same with other options. */
  follow(topics, options = this.#options) {
    // What was held through another filter is something else.
    const afresh = String(options.fields) !== String(this.#options.fields);
    this.#topics = topics;
    this.#options = options;
    if (afresh) this.#state = initial();
    if (this.#socket?.readyState === WebSocket.OPEN) this.#hello({ afresh });
  }

  /** Change the speed of a replay, 0 for a pause; `from` seeks to a position. */
  play({ speed, from } = {}) {
    const { replay } = this.#options;
    if (!replay) return;
    this.#options = { ...this.#options, replay: { ...replay, ...(speed !== undefined && { speed }) } };
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ t: "replay", speed, from }));
    this.#sync();
  }

  /** Up to which position everything has been heard. */
  get position() {
    return this.#state.position;
  }

  /** How long nothing has been heard, in milliseconds. */
  get silenceMs() {
    return this.#lastHeard ? Date.now() - this.#lastHeard : 0;
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#hello());
    socket.addEventListener("message", (event) => {
      if (socket === this.#socket) this.#receive(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  #hello({ afresh = false } = {}) {
    const { epoch, label, position } = this.#state;
    const hello = { t: "hello", v: 1, client: "bell-lap-web/1", topics: this.#topics };
    Object.assign(hello, this.#options);
    if (hello.replay && label) {
      hello.replay = { ...hello.replay, from: position };
    } else if (!afresh && !label && !hello.replay && epoch !== null) {
      hello.resume = { epoch, pos: position, revs: revisions(this.#state) };
    }
    this.#socket.send(JSON.stringify(hello));
    this.#sync();
  }

  #sync() {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ t: "sync", t0: Date.now() }));
    }
  }

  #receive(message) {
    this.#lastHeard = Date.now();
    if (message.t === "welcome") {
      this.#attempts = 0;
      this.#heartbeatMs = message.heartbeatMs;
    }
    if (message.t === "sync") this.#synced(message);
    if (message.t === "bye") this.#retryMs = message.afterMs;
    if (message.t === "replay") this.#tell("replay", message);
    if (message.t === "err") this.#refused(message);
    const { state, changed, gap } = apply(this.#state, message);
    this.#state = state;
    if (gap) {
      // Something was missed: what is shown may be wrong until a snapshot comes. Ask once.
      if (!this.#asked) this.#hello({ afresh: true });
      this.#asked = true;
      return;
    }
    if (message.t === "snap") this.#asked = false;
    if (changed) this.#pending.add(changed);
    if (!message.more) this.#show();
    this.#report();
  }

  #show() {
    for (const topic of this.#pending) {
      const data = this.#state.topics[topic].data;
      this.dispatchEvent(new CustomEvent("document", { detail: { topic, data } }));
    }
    this.#pending.clear();
  }

  #refused({ code, detail, topic }) {
    this.#tell("refused", { code, detail, topic });
    if (NOT_YET.has(code)) {
      this.#after(ASK_AGAIN_MS, () => this.#socket?.readyState === WebSocket.OPEN && this.#hello());
    }
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  #synced({ t0, t1, t2 }) {
    const offset = (t1 - t0 + (t2 - Date.now())) / 2;
    this.dispatchEvent(new CustomEvent("time", { detail: { offset } }));
  }

  #lost() {
    this.#asked = false;
    this.#socket = null;
    this.#report();
    if (this.#stopped) return;
    const back = BACK_OFF_MS[Math.min(this.#attempts++, BACK_OFF_MS.length - 1)];
    const wait = this.#retryMs ?? back * (0.5 + Math.random());
    this.#retryMs = null;
    this.#after(wait, () => this.#connect());
  }

  #watch() {
    const silent = this.silenceMs > this.#heartbeatMs * SILENCE_HEARTBEATS;
    if (silent && this.#socket?.readyState === WebSocket.OPEN) {
      // A connection that only seems to be there: give it up and make another.
      const socket = this.#socket;
      this.#socket = null;
      socket.close();
      this.#lost();
    }
    this.#report();
  }

  #report() {
    const connected = this.#socket?.readyState === WebSocket.OPEN;
    const stale = !connected || this.silenceMs > this.#heartbeatMs * SILENCE_HEARTBEATS;
    const changed = connected !== this.#status.connected || stale !== this.#status.stale;
    this.#status = { connected, stale };
    if (changed || stale) {
      const detail = { connected, stale, position: this.#state.position, silenceMs: this.silenceMs };
      this.dispatchEvent(new CustomEvent("status", { detail }));
    }
  }

  #after(ms, action) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopped) action();
    }, ms);
    this.#timers.add(timer);
  }

  #every(ms, action) {
    this.#after(ms, () => {
      action();
      this.#every(ms, action);
    });
  }
}
