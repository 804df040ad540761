/** Reads documents of the API. */

/** A question that the server would not answer, in its own words. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "The server did not answer.");
    this.code = problem.code ?? "";
  }
}

/** Return a document, with parameters that are left out where they are empty. */
export async function read(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given).toString();
  return answer(await fetch(`api/v1/${path}${query ? `?${query}` : ""}`));
}

/** Ask something that is written nowhere. */
export async function ask(path, body) {
  return answer(
    await fetch(`api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

async function answer(response) {
  const document = await response.json();
  if (!response.ok) throw new Refused(document);
  return document;
}
