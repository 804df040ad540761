/** The video bookmarks of a race in its ledger, for officials on a device that is theirs. */

import { identity, may, request } from "./api.js";
import { setText } from "./dom.js";
import { bookmarks, line } from "./video-marks.js";

const MAY_SEE = ["referee", "chief-referee", "secretary", "photo-finish"];

/** Fill a section with them; it stays hidden for everybody else. */
export async function showMarks(section, race) {
  if (!may(identity(), ...MAY_SEE)) return;
  try {
    const result = await request(`/api/v1/races/${race}/result?view=official`);
    const found = bookmarks(race, result.bookmarks, []);
    section.hidden = found.length === 0;
    setText(section.querySelector("h3"), "Video bookmarks, for officials only");
    section.querySelector("ol").replaceChildren(...found.map((mark) => line(mark)));
  } catch {
    // Whose token has ended reads the public's ledger.
    section.hidden = true;
  }
}
