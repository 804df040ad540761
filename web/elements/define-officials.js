/** Registers the elements of the officials' pages, and does nothing else. */

import { ConnectionLight } from "./connection-light.js";
import { ConsequenceList } from "./consequence-list.js";
import { FinishOrder } from "./finish-order.js";
import { InfringementGrid } from "./infringement-grid.js";
import { ProtestList } from "./protest-list.js";
import { RaceClock } from "./race-clock.js";
import { StateChip } from "./state-chip.js";
import { UndoList } from "./undo-list.js";

customElements.define("connection-light", ConnectionLight);
customElements.define("consequence-list", ConsequenceList);
customElements.define("finish-order", FinishOrder);
customElements.define("infringement-grid", InfringementGrid);
customElements.define("protest-list", ProtestList);
customElements.define("race-clock", RaceClock);
customElements.define("state-chip", StateChip);
customElements.define("undo-list", UndoList);
