/** Links from page to page that keep the reader's language. */

/** Return the address of a page with parameters; what is empty is left out. */
export function linkTo(page, parameters = {}) {
  const lang = new URLSearchParams(location.search).get("lang");
  const given = Object.entries({ ...parameters, lang }).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given).toString();
  return query ? `${page}?${query}` : page;
}
