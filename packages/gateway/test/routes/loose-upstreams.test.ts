import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { compileRoutes } from '../../src/routes/compile-routes.ts'
import type { Route } from '../../src/routes/route.ts'
import { routeOf } from './route-of.ts'

/** What servers do to a path before they look up what it means. None of this is code of the gateway. */
const steps: Readonly<Record<string, (path: string) => string>> = {
  decode: (path) =>
    path.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString()),
  lowerCase: (path) => path.toLowerCase(),
  upperCase: (path) => path.toUpperCase(),
  backslashes: (path) => path.replaceAll('\\', '/'),
  mergeSlashes: (path) => path.replace(/\/{2,}/g, '/'),
  cutParameters: (path) => path.replace(/;[^/]*/g, ''),
  cutAfterParameter: (path) => path.split(';')[0] as string,
  resolveDots: (path) => resolveDots(path, true),
  resolveDotsOverEmptySegments: (path) => resolveDots(path, false),
  cutSlash: (path) => (path.length > 1 ? path.replace(/\/$/, '') : path),
  cutDots: (path) => path.replace(/[. ]+(?=\/|$)/g, ''),
  trim: (path) => path.trim(),
  cutAtNull: (path) => path.split('\0')[0] as string,
  dropControls: (path) => path.replace(/\p{Cc}/gu, ''),
  compatible: (path) => path.normalize('NFKC'),
  parseAgain: (path) => path.split(/[?#]/)[0] as string,
  authorityOfTwoSlashes: (path) => path.replace(/^\/\/[^/]*/, ''),
}

function resolveDots(path: string, merge: boolean): string {
  const kept: string[] = []
  for (const segment of path.slice(1).split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && !(merge && segment === '')) kept.push(segment)
  }
  return `/${kept.join('/')}${merge && path.endsWith('/') && kept.length > 0 ? '/' : ''}`
}

/** Servers as people run them. */
const upstreams: Readonly<Record<string, readonly string[]>> = {
  'Express, which ignores case and a slash at the end': ['lowerCase', 'cutSlash', 'decode'],
  'nginx in front of an application': ['decode', 'mergeSlashes', 'resolveDots', 'cutSlash'],
  'nginx in front of Tomcat': [
    'decode',
    'mergeSlashes',
    'resolveDots',
    'cutParameters',
    'decode',
    'resolveDots',
  ],
  'a WSGI server with a router that decodes once more': [
    'decode',
    'parseAgain',
    'decode',
    'resolveDotsOverEmptySegments',
  ],
  Tomcat: ['cutParameters', 'decode', 'backslashes', 'mergeSlashes', 'resolveDots'],
  'a server on Windows': ['decode', 'backslashes', 'resolveDots', 'cutDots', 'lowerCase'],
  'a script that parses the target as an address': ['authorityOfTwoSlashes', 'resolveDots', 'decode'],
  'a program in C': ['decode', 'cutAtNull', 'mergeSlashes'],
}

/** The route of a name, as a server understands it that has taken the same steps with the paths of its routes. */
function guardOf(routes: readonly Route[], name: string, read: (path: string) => string): Route | undefined {
  const is = ({ path }: Route): boolean => !path.endsWith('*') && name === read(path)
  const isBelow = ({ path }: Route): boolean =>
    path !== '*' && path.endsWith('*') && name.startsWith(`${read(path.slice(0, -2))}/`)
  return routes.find(is) ?? routes.find(isBelow) ?? routes.find(({ path }) => path === '*')
}

const name = fc.constantFrom('admin', 'Notes', 'k', 's', 'files.d', 'public')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join('/')}`)
const routes = fc
  .array(fc.tuple(path, fc.constantFrom('', '/*', '/'), fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((given) => [
    ...given.map(([text, end, encodedSlash]) => routeOf(text + end, { encodedSlash })),
    routeOf('*', { encodedSlash: true }),
  ])
  .filter((given) => {
    try {
      compileRoutes(given)
      return true
    } catch {
      return false
    }
  })

const piece = fc.oneof(
  { weight: 6, arbitrary: name },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        '/',
        '/',
        '/',
        '//',
        '\\',
        ';',
        ';a=b',
        '..',
        '.',
        '?',
        '#',
        '%',
        ' ',
        '\0',
        '\u212a',
        '\u017f',
        '\uff0f',
        '\uff0e',
      ],
      ...['/../', '/..;/', '/./', '//../'],
    ),
  },
)
const written = fc.tuple(piece, fc.nat({ max: 3 }), fc.nat()).map(([text, times, seed]) => {
  const safe = text.replace(/[^\x21-\x7e]|[%?#\\]/g, (character) => encoded(character))
  if (times === 0) return safe
  const at = seed % safe.length
  let character = encoded(safe[at] as string)
  for (let more = 1; more < times; more++) character = character.replaceAll('%', '%25')
  return safe.slice(0, at) + character + safe.slice(at + 1)
})
const sent = fc.array(written, { minLength: 1, maxLength: 8 }).map((pieces) => `/${pieces.join('')}`)

/** Routes and a target, mostly one that begins or ends with the path of a route. */
const scene = routes.chain((given) => {
  const fixed = fc.constantFrom(
    ...given.map(({ path: text }) => text.replace(/\*$/, '')).filter((text) => text !== ''),
  )
  const behind = fc.tuple(fixed, fc.constantFrom('', '/'), fc.array(written, { maxLength: 4 }))
  const target = fc.oneof(
    sent,
    behind.map(([before, slash, pieces]) => before + slash + pieces.join('')),
    fc.tuple(sent, fixed).map(([before, end]) => before + end),
  )
  return fc.tuple(fc.constant(given), target)
})

function encoded(character: string): string {
  return [...Buffer.from(character)].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('')
}

function assertSameRoute(given: readonly Route[], target: string, order: readonly string[]): void {
  const found = compileRoutes(given).find('GET', target)
  if (found.outcome !== 'route') return
  const read = (text: string): string =>
    order.reduce((now, step) => (steps[step] as (path: string) => string)(now), text)
  const guard = guardOf(given, read(target), read)
  // Below a route, an upstream may know a path that no route but the rest has: that is not more than it was given.
  if (guard?.path !== '*') expect(guard?.name, read(target)).toBe(found.route.name)
}

test.each(Object.entries(upstreams))(
  '%s never serves under one route what another one guards',
  (_, order) => {
    fc.assert(
      fc.property(scene, ([given, target]) => assertSameRoute(given, target, order)),
      runs(2000),
    )
  },
)

test('a server that takes any steps in any order never serves under one route what another one guards', () => {
  const order = fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 8 })
  fc.assert(
    fc.property(scene, order, ([given, target], taken) => assertSameRoute(given, target, taken)),
    runs(10_000),
  )
})

test('the scene reaches routes and refusals', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(scene, ([given, target]) => {
      const found = compileRoutes(given).find('GET', target)
      seen.add(found.outcome === 'route' ? (found.route.path === '*' ? 'rest' : 'route') : found.outcome)
    }),
    runs(2000),
  )
  expect([...seen].sort()).toEqual(['ambiguous', 'rest', 'route'])
})
