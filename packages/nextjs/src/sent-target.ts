/**
 * The target that the client sent, without the part of `strippedPrefix` that Next.js strips as its `basePath`.
 *
 * Next.js resolves dot segments, encodes what a URL parser encodes, writes the query anew and drops its own parameters
 * from it. The target as it was sent is therefore taken from the message, once it is certain that the message is the one
 * in `shown`: a handler may call another with a request that it made itself.
 *
 * @param sent target of the message
 * @param shown path and query of the `Request`
 * @returns `undefined` if the request is not that message
 */
export function sentTarget(sent: string, shown: string, strippedPrefix: string): string | undefined {
  const [sentPath, sentQuery] = split(sent)
  const [path, query] = split(shown)
  if (!isSameQuery(sentQuery, query)) return undefined
  const base = basePathOf(sentPath, path, strippedPrefix)
  if (base !== undefined) return sent.slice(base.length)
  // A path that was normalized is passed on as it was sent, and the guard refuses it.
  const normalized = URL.canParse(sentPath, 'http://host') ? new URL(sentPath, 'http://host').pathname : ''
  return basePathOf(normalized, path, strippedPrefix) === undefined ? undefined : sent
}

/** What stands before the path that the `Request` shows, if the resource says that it is stripped. */
function basePathOf(sentPath: string, path: string, strippedPrefix: string): string | undefined {
  for (const end of [path, `${path}/`]) {
    const base = sentPath.endsWith(end) ? sentPath.slice(0, sentPath.length - end.length) : undefined
    if (base === '' || (base?.startsWith('/') && strippedPrefix.endsWith(base))) return base
  }
  return undefined
}

function isSameQuery(sent: string, shown: string): boolean {
  return sent === shown || parameters(sent) === parameters(shown)
}

/** Without those that Next.js takes for parameters of the route. */
function parameters(query: string): string {
  const all = [...new URLSearchParams(query)].filter(
    ([name]) => !name.startsWith('nxtP') && !name.startsWith('nxtI'),
  )
  return new URLSearchParams(all).toString()
}

function split(target: string): readonly [path: string, query: string] {
  const [whole = ''] = target.split('#', 1)
  const at = whole.indexOf('?')
  return at === -1 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + 1)]
}
