/** What an announcer tells of a race, from one board to the next. Pure: two boards in, sentences out. */

import { ofWomen, state, statusWords } from "./format.js";
import { rows } from "./race-state.js";
import { ordinal, word } from "./words.js";

const CLIMB = 2;

/**
 * Return what has happened between two boards of a race as `[{kind, lap, text}]`.
 *
 * Without a board before, or with one of another race, nothing is told: it was not seen happening.
 */
export function milestones(before, board) {
  if (!before || before.race !== board.race || before.attempt !== board.attempt) return [];
  return [
    ...started(before, board),
    ...falls(before, board),
    ...lead(before, board),
    ...climbs(before, board),
    ...called(before, board),
    ...ended(before, board),
  ].map((each) => ({ lap: board.lap ?? 0, ...each }));
}

/** Return what a board's lap chart tells of the race so far, for who has just come to the page. */
export function story(board) {
  const found = [];
  let first = null;
  for (let row = 1; row < board.laps_total; row += 1) {
    const all = rows(board);
    for (const each of all) {
      const fell = Object.values(each.marks ?? {}).some((mark) => mark.kind === "fall" && mark.row === row);
      if (fell) found.push({ kind: "fall", lap: row, text: word("falls", { name: each.name }) });
    }
    const leader = all.find((each) => each.chart?.[row]?.[0] === 1);
    if (!leader) continue;
    const values = { name: leader.name, n: board.laps_total - row };
    if (first !== leader.id) {
      found.push({ kind: "lead", lap: row, text: word(first ? "takesLead" : "leads", values) });
    }
    first = leader.id;
  }
  return found;
}

function names(board) {
  return rows(board)
    .map((row) => row.family_name || row.name)
    .join(", ");
}

function started(before, board) {
  if (board.state !== "LIVE" || before.state === "LIVE") return [];
  return [{ kind: "start", text: word("start", { name: names(board) }) }];
}

function falls(before, board) {
  return rows(board)
    .filter((row) => row.fallen && !before.entries[row.id]?.fallen)
    .map((row) => ({ kind: "fall", text: word("falls", { name: row.name }) }));
}

/** Who leads is told at every lap row that the leader completes, and at once when it is another. */
function lead(before, board) {
  const leader = rows(board).find((row) => row.rank === 1);
  if (board.state !== "LIVE" || !leader || board.laps_to_go === 0) return [];
  const last = rows(before).find((row) => row.rank === 1);
  const other = last && last.id !== leader.id;
  const bell = board.laps_to_go === 1 && before.laps_to_go !== 1;
  if (bell) return [{ kind: "bell", text: word("bellLap", { name: leader.name }) }];
  if (other) return [{ kind: "lead", text: word("takesLead", { name: leader.name, n: board.laps_to_go }) }];
  const round = board.laps_to_go !== before.laps_to_go && (board.laps_to_go === 3 || board.laps_to_go % 5 === 0);
  return round ? [{ kind: "lap", text: word("leads", { name: leader.name, n: board.laps_to_go }) }] : [];
}

function climbs(before, board) {
  if (board.state !== "LIVE") return [];
  return rows(board).flatMap((row) => {
    const from = before.entries[row.id]?.rank;
    if (!from || !row.rank || row.rank === 1 || from - row.rank < CLIMB) return [];
    const [was, is] = [from, row.rank].map((rank) => ordinal(rank, ofWomen(board)));
    return [{ kind: "climb", text: word("moves", { name: row.name, from: was, to: is }) }];
  });
}

function called(before, board) {
  return rows(board)
    .filter((row) => row.penalty && !before.entries[row.id]?.penalty)
    .map((row) => ({
      kind: "penalty",
      text: word("penalised", { name: row.name, why: row.penalty.text || statusWords(row.status) }),
    }));
}

function ended(before, board) {
  const found = [];
  const first = rows(board).find((row) => row.rank === 1);
  const over = (each) => each.laps_to_go === 0 && each.state !== "START_LIST" && each.state !== "SCHEDULED";
  if (over(board) && !over(before) && first) {
    found.push({ kind: "finish", text: word("wins", { name: first.name }) });
  }
  if (board.state !== before.state && board.state !== "LIVE") {
    found.push({ kind: "state", text: word("stateNow", { state: state(board.state) }) });
  }
  return found;
}
