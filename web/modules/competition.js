/** Which competition a page is about: the one in its address, else the first there is. */

/** Return `{competition, series, name}`, or null as long as the log has none. */
export async function find(asked) {
  const response = await fetch("/api/v1/competitions", { headers: { Accept: "application/json" } });
  if (!response.ok) return null;
  const { rows } = await response.json();
  return rows.find((row) => row.id === asked) ?? rows[0] ?? null;
}

/** Wait for a competition, asking every second. */
export async function wait(asked, { pauseMs = 1000 } = {}) {
  for (;;) {
    const found = await find(asked).catch(() => null);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
