/** Marks for the replay operator: kept in this browser, by race. */

const KEPT = "bell-lap.bookmarks";

/** Return how to add a mark at this instant and how to read those of a race, the latest first. */
export function bookmarks(storage = localStorage, now = () => Date.now()) {
  const read = () => JSON.parse(storage.getItem(KEPT) ?? "[]");
  return {
    add(race, raceClockMs, lap) {
      const mark = { race, at: now(), clock: raceClockMs, lap };
      storage.setItem(KEPT, JSON.stringify([mark, ...read()].slice(0, 200)));
      return mark;
    },
    of: (race) => read().filter((mark) => mark.race === race),
  };
}
