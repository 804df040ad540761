/** Messages of the live feed into documents. Pure: no socket, no clock, no page. */

/** Return a document after a JSON merge patch (RFC 7396); null removes a key. */
export function mergePatch(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const base = target !== null && typeof target === "object" && !Array.isArray(target) ? target : {};
  const merged = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The state of a viewer before the first message. */
export function initial() {
  return { epoch: null, label: null, position: 0, topics: {} };
}

/**
 * Return the state after a message, which topics changed, and whether something was missed.
 *
 * A delta that does not follow the revision held (`prev`) is not applied: `gap` names the topic.
 */
export function apply(state, message) {
  const pos = message.pos ?? 0;
  // Only in a replay does the feed go back, and a snapshot from there replaces what is held.
  const back = message.label && message.t === "snap";
  const position = back ? pos : Math.max(state.position, pos);
  switch (message.t) {
    case "welcome": {
      const label = message.label ?? null;
      const same = state.epoch === null || (state.epoch === message.epoch && state.label === label);
      const topics = same ? state.topics : {};
      const start = same ? position : message.pos;
      return { state: { epoch: message.epoch, label, position: start, topics } };
    }
    case "snap": {
      const held = { rev: message.rev, data: message.data };
      const topics = { ...state.topics, [message.topic]: held };
      return { state: { ...state, position, topics }, changed: message.topic };
    }
    case "delta": {
      const held = state.topics[message.topic];
      // What was sent before an answer to a second hello arrived comes twice.
      if (held && message.rev <= held.rev) return { state: { ...state, position } };
      if (!held || held.rev !== message.prev) return { state, gap: message.topic };
      const data = mergePatch(held.data, message.patch);
      const topics = { ...state.topics, [message.topic]: { rev: message.rev, data } };
      return { state: { ...state, position, topics }, changed: message.topic };
    }
    default:
      return { state: { ...state, position } };
  }
}

/** Return the revision held of each topic, for a resume. */
export function revisions(state) {
  return Object.fromEntries(Object.entries(state.topics).map(([name, held]) => [name, held.rev]));
}

/** Return a document's entries in their order, each with its id. */
export function rows(document) {
  const entries = document?.entries ?? {};
  return (document?.order ?? []).filter((id) => id in entries).map((id) => ({ id, ...entries[id] }));
}
