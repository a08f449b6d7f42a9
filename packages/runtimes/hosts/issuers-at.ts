/** A `fetch` that finds every issuer on the one loopback port where the runner serves them, under its host name. */
export function fetchAt(origin: string): typeof fetch {
  return (url, init) => fetch(String(url).replace('https://', `${origin}/`), init)
}
