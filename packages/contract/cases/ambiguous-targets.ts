import type { Case, Suite } from './case.ts'

const read = { scope: 'notes.read' }

/** Signed as it stands and sent as it stands: nobody may understand it differently. */
const ambiguous: readonly Case[] = [
  ['dot segments', '/api/../whoami', 'E13'],
  ['a single dot segment', '/./whoami', 'E13'],
  ['dot segments at the end', '/whoami/..', 'E13'],
  ['encoded dot segments', '/api/%2e%2e/whoami', 'E13'],
  ['half encoded dot segments', '/api/.%2E/whoami', 'E13'],
  ['a backslash', '/api\\..\\whoami', 'E13'],
  ['a character that URL parsers encode', '/notes/"a"', 'E13'],
].map(
  ([what, target, id]): Case => [
    `${what} in the path is refused even if it was signed [${id}]`,
    { target: target as string },
    '400 invalid_request',
  ],
)

/** Letters, digits, `-`, `.`, `_`, `~` mean the same encoded and plain (RFC 3986 §2.3), and some routers decode them. */
const encoded: readonly Case[] = [
  ['a letter', '/%61dmin'],
  ['a capital letter', '/%41dmin'],
  ['a letter in the middle', '/ad%6din'],
  ['a digit', '/notes/%31'],
  ['a hyphen', '/notes/a%2Db'],
  ['a dot', '/notes/a%2Ejson'],
  ['an underscore', '/notes/a%5fb'],
  ['a tilde', '/notes/%7Ea'],
  ['a letter of a parameter', '/api/items/%61'],
  ['a letter of a mount', '/%6dounted/x'],
  ['a letter behind a mount', '/mounted/%78'],
].map(
  ([what, target]): Case => [
    `${what} that is percent-encoded without need is refused, ${target} [E13, E14]`,
    { target: target as string, grant: read },
    '400 invalid_request',
  ],
)

export const ambiguousTargets: Suite = {
  about: 'targets that hosts interpret differently',
  cases: [...ambiguous, ...encoded],
}
