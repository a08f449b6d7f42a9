/**
 * One place of a pattern: a character, one or more characters other than `/`, or one or more characters. Patterns are
 * matched by walking through their places, in time that grows with URI times pattern, and never by backtracking.
 */
type Place = { readonly literal: string } | { readonly many: 'segment' | 'any' }

/** A URI, or a URI template, that was checked. */
export interface UriPattern {
  readonly text: string
  readonly isTemplate: boolean
  readonly places: readonly Place[]
}

const maxUri = 8192

/** @throws {TypeError} for a template that this package does not match */
export function readPattern(text: string): UriPattern {
  const places: Place[] = []
  let isTemplate = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character === '}') throw unsupported(text, 'a "}" without "{"')
    if (character !== '{') {
      places.push({ literal: character })
      continue
    }
    const end = text.indexOf('}', at)
    const expression = end === -1 ? '' : text.slice(at + 1, end)
    const isReserved = expression.startsWith('+')
    if (!isVariable(isReserved ? expression.slice(1) : expression))
      throw unsupported(text, `the expression "{${expression}}"`)
    const before = places.at(-1)
    if (before !== undefined && 'many' in before)
      throw unsupported(text, 'two variables without a character between them')
    places.push({ many: isReserved ? 'any' : 'segment' })
    isTemplate = true
    at = end
  }
  if (places.length === 0 || text.length > maxUri)
    throw unsupported(text, 'a length of 0 or of more than 8192')
  if (!isTemplate) assertCanonical(text)
  return { text, isTemplate, places }
}

/**
 * Whether a server finds a resource under the URI as it is written. Servers parse the URI first, and what a parser changes
 * would be another resource to them than to us.
 */
export function isCanonical(uri: string): boolean {
  if (uri.length > maxUri) return false
  const parsed = parseUrl(uri)
  return parsed === null || parsed.href === uri
}

export function matches({ places }: UriPattern, uri: string): boolean {
  let states = new Set([0])
  for (let at = 0; at < uri.length; at++) {
    const character = uri[at] as string
    const next = new Set<number>()
    for (const state of states) {
      const place = places[state]
      if (place !== undefined && takes(place, character)) next.add(state + 1)
      const before = places[state - 1]
      if (before !== undefined && 'many' in before && takes(before, character)) next.add(state)
    }
    if (next.size === 0) return false
    states = next
  }
  return states.has(places.length)
}

/** Whether some URI fits both. */
export function overlap(one: UriPattern, other: UriPattern): boolean {
  const seen = new Set<string>()
  const open: [number, number][] = [[0, 0]]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [a, b] = pair
    if (a === one.places.length && b === other.places.length) return true
    if (seen.has(`${a},${b}`)) continue
    seen.add(`${a},${b}`)
    for (const [nextA, placeA] of stepsOf(one, a))
      for (const [nextB, placeB] of stepsOf(other, b)) if (share(placeA, placeB)) open.push([nextA, nextB])
  }
  return false
}

/** The ways to take one more character after `at` places. */
function stepsOf({ places }: UriPattern, at: number): [number, Place][] {
  const place = places[at]
  const before = places[at - 1]
  const steps: [number, Place][] = place === undefined ? [] : [[at + 1, place]]
  if (before !== undefined && 'many' in before) steps.push([at, before])
  return steps
}

function takes(place: Place, character: string): boolean {
  if ('literal' in place) return place.literal === character
  return place.many === 'any' || character !== '/'
}

function share(one: Place, other: Place): boolean {
  if ('literal' in one) return takes(other, one.literal)
  return 'literal' in other ? takes(one, other.literal) : true
}

const ofVariables: ReadonlySet<string> = new Set(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.',
)

function isVariable(name: string): boolean {
  return name !== '' && [...name].every((character) => ofVariables.has(character))
}

function parseUrl(uri: string): URL | null {
  try {
    return new URL(uri)
  } catch {
    return null
  }
}

function assertCanonical(text: string): void {
  if (!isCanonical(text))
    throw new TypeError(
      `"resources" contains "${text}", which servers read as "${new URL(text).href}": write it that way`,
    )
}

function unsupported(text: string, what: string): TypeError {
  return new TypeError(
    `"resources" contains "${text}", which has ${what}: write a URI, with {name} for characters other than "/" and {+name} for any characters`,
  )
}
