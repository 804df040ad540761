/**
 * The outbox of this device, as every officials' page opens it: one store, one order, one depth.
 *
 * Pages of one browser tell each other what they keep. Only one sends at a time; what a page that
 * is gone had kept is sent by whichever is open.
 */

import { nextNumber, request } from "./api.js";
import { Outbox } from "./outbox.js";
import { OutboxStore } from "./outbox-store.js";

const NAME = "bell-lap-outbox";
const PAGES = 1000;

/** Return the outbox; `open` it once its listeners are there. */
export function deviceOutbox() {
  // Two pages that enter something in the same thousandth give it different numbers.
  const page = Math.floor(Math.random() * PAGES);
  const channel = new BroadcastChannel(NAME);
  const outbox = new Outbox({
    store: new OutboxStore(NAME),
    post: send,
    number: (now, floor) => nextNumber(Math.floor(now) * PAGES + page, floor),
    tell: (entries) => channel.postMessage(entries),
  });
  channel.addEventListener("message", ({ data }) => outbox.hear(data));
  addEventListener("online", () => outbox.flush());
  return outbox;
}

/** Send envelopes; of several pages of this browser only one at a time. */
function send(envelopes) {
  const post = () => request("/api/v1/commands", { body: envelopes });
  return navigator.locks ? navigator.locks.request(NAME, post) : post();
}
