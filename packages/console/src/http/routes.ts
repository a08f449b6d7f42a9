/** What a path asks for. */
export type ConsoleRouteName =
  | { readonly name: 'page' | 'state' | 'mission' | 'events' | 'unknown' }
  | { readonly name: 'asset'; readonly file: string }
  | { readonly name: 'redirect'; readonly location: string }

const plain = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~'

/**
 * Reads the path of a request. The console does not know where it is mounted, so the last segments alone decide. The mount
 * path without its slash leads to the page with one, since relative addresses depend on it.
 */
export function routeOf(path: string): ConsoleRouteName {
  const segments = path.split('/')
  const last = segments.at(-1) ?? ''
  if (last === '') return { name: 'page' }
  if (segments.at(-2) === 'assets') return { name: 'asset', file: last }
  if (last === 'state' || last === 'mission' || last === 'events') return { name: last }
  const isPlain = [...last].every((character) => plain.includes(character))
  return isPlain && !last.includes('.') ? { name: 'redirect', location: `./${last}/` } : { name: 'unknown' }
}
