/** Registers the elements, and does nothing else. */

import { ConnectionLight } from "./connection-light.js";
import { DifferenceList } from "./difference-list.js";
import { LapChart } from "./lap-chart.js";
import { LapCounter } from "./lap-counter.js";
import { MedalTable } from "./medal-table.js";
import { PenaltyTicker } from "./penalty-ticker.js";
import { ProgrammeList } from "./programme-list.js";
import { RaceBoard } from "./race-board.js";
import { RaceClock } from "./race-clock.js";
import { RaceOrder } from "./race-order.js";
import { RacePodium } from "./race-podium.js";
import { StandingsTable } from "./standings-table.js";
import { StateChip } from "./state-chip.js";
import { TimeScrubber } from "./time-scrubber.js";

customElements.define("connection-light", ConnectionLight);
customElements.define("difference-list", DifferenceList);
customElements.define("lap-chart", LapChart);
customElements.define("lap-counter", LapCounter);
customElements.define("medal-table", MedalTable);
customElements.define("penalty-ticker", PenaltyTicker);
customElements.define("programme-list", ProgrammeList);
customElements.define("race-clock", RaceClock);
customElements.define("race-order", RaceOrder);
customElements.define("race-podium", RacePodium);
customElements.define("standings-table", StandingsTable);
customElements.define("state-chip", StateChip);
customElements.define("time-scrubber", TimeScrubber);
customElements.define("race-board", RaceBoard);
