import { createResource } from '@aauth-guard/core'
import { managedAccess, requireInteraction } from '@aauth-guard/core/managed'
import { expect, test } from 'vitest'
import { compileRoutes } from '../../src/routes/compile-routes.ts'
import type { Route } from '../../src/routes/route.ts'
import { routeOf } from './route-of.ts'

const table = compileRoutes([
  routeOf('/'),
  routeOf('/notes'),
  routeOf('/notes/*', { methods: ['GET'] }),
  routeOf('/notes/search', { methods: ['POST'] }),
  routeOf('/Admin/*'),
  routeOf('/cut/*', { cutPrefix: '/cut' }),
  routeOf('/add', { addPrefix: '/v1' }),
  routeOf('/files/*', { encodedSlash: true }),
  routeOf('/list/'),
  routeOf('/list/*'),
  routeOf('/a%20b'),
  routeOf('*'),
])

/** The name of the route and what goes on to its upstream, or the outcome. */
function found(method: string, target: string): string {
  const result = table.find(method, target)
  if (result.outcome === 'route') return `${result.route.name} ${result.target}`
  return result.outcome === 'method' ? `method ${result.allowed.join(',')}` : result.outcome
}

const ambiguous = 'ambiguous'

test.each([
  ['GET', '/', '/ /'],
  ['GET', '/?a=%2f..//', '/ /?a=%2f..//'],
  ['GET', '/notes', '/notes /notes'],
  ['GET', '/notes?', '/notes /notes?'],
  ['GET', '/notes/1', '/notes/* /notes/1'],
  ['GET', '/notes/1//2/', '/notes/* /notes/1//2/'],
  ['GET', '/notes/a%20b;v=1', '/notes/* /notes/a%20b;v=1'],
  ['GET', '/notes/Z%C3%BCrich', '/notes/* /notes/Z%C3%BCrich'],
  ['GET', '/notes/100%25', '/notes/* /notes/100%25'],
  ['GET', '/notes/what%3f', '/notes/* /notes/what%3f'],
  ['GET', 'http://any.example/notes/1?x', '/notes/* /notes/1?x'],
  ['GET', 'https://any.example?x', '/ /?x'],
  ['GET', '/notes/search', '/notes/* /notes/search'],
  ['POST', '/notes/search', '/notes/search /notes/search'],
  ['POST', '/notes/1', 'method GET'],
  ['DELETE', '/notes/search', 'method GET,POST'],
  ['GET', '/Admin/x', '/Admin/* /Admin/x'],
  ['GET', '/Admin/', '/Admin/* /Admin/'],
  ['GET', '/cut/x?y', '/cut/* /x?y'],
  ['GET', '/cut/', '/cut/* /'],
  ['GET', '/add?x', '/add /v1/add?x'],
  ['GET', '/files/a%2fb', '/files/* /files/a%2fb'],
  ['GET', '/files/a%5Cb', '/files/* /files/a%5Cb'],
  ['GET', '/list/', '/list/ /list/'],
  ['GET', '/list/1', '/list/* /list/1'],
  ['GET', '/a%20b', '/a%20b /a%20b'],
  ['GET', '/other', '* /other'],
  ['GET', '/other.css', '* /other.css'],
  ['GET', '/notess', '* /notess'],
])('%s %s goes by the route and target %s', (method, target, expected) => {
  expect(found(method, target)).toBe(expected)
})

test.each([
  ['a slash at the end means another route', '/notes/'],
  ['another case means another route', '/Notes'],
  ['another case means another route below', '/admin/x'],
  ['an octet is encoded', '/%6eotes'],
  ['an octet is encoded twice', '/%256eotes'],
  ['an octet is encoded three times', '/%25256Eotes'],
  ['slashes are merged', '/x//../notes'],
  ['two slashes begin the path', '//notes'],
  ['two slashes begin the path of another server', '//evil.example/notes'],
  ['a parameter stands behind the segment', '/notes;x'],
  ['a parameter stands behind the segment, encoded', '/notes%3bx'],
  ['a parameter hides dots', '/x/..;/notes'],
  ['dots stand at the end', '/notes.'],
  ['a space stands at the end', '/notes%20'],
  ['dot segments', '/x/../notes'],
  ['encoded dot segments', '/x/%2e%2e/notes'],
  ['dot segments encoded twice', '/x/%252e%252e/notes'],
  ['dots below a route', '/notes/.../x'],
  ['a backslash', '/x\\notes'],
  ['an encoded slash', '/notes/a%2fb'],
  ['a slash encoded twice', '/notes/a%252fb'],
  ['an encoded backslash', '/notes/a%5cb'],
  ['a slash of another script', '/notes/a%EF%BC%8Fb'],
  ['a letter of another script', '/ad%C5%BFx/../%EF%BD%8Eotes'],
  ['a wide letter', '/%EF%BD%8Eotes'],
  ['the long s', '/file%C5%BF/x'],
  ['the Kelvin sign beside no route of that letter, with a null octet', '/%E2%84%AA%00'],
  ['a null octet', '/notes/a%00'],
  ['a null octet encoded twice', '/notes/a%2500'],
  ['a line end', '/notes/a%0d%0ax'],
  ['half an encoding', '/notes/%2'],
  ['no hexadecimal digits', '/notes/%u002e'],
  ['octets that are not UTF-8', '/notes/%c0%ae'],
  ['an encoded question mark behind another route', '/notes%3fx'],
  ['an encoded number sign behind another route', '/notes%23x'],
  ['dots before an encoded number sign', '/x/.%23'],
  ['a parameter before further segments', '/notes;x/y'],
  ['an extension behind another route', '/notes.json'],
  ['a parameter beside an encoded slash', '/files/a;%2fb'],
  ['an encoded slash beside two slashes that an upstream would get', '/cut/%2fevil.example'],
  ['two slashes that an upstream would get', '/cut//evil.example/x'],
  ['a fragment', '/notes#x'],
  ['an asterisk', '*'],
  ['an authority', 'any.example:443'],
  ['an octet outside ASCII', '/notes/\u00fc'],
  ['more octets than any target has', `/${'x'.repeat(17_000)}`],
  ['more encodings than any server decodes', `/notes/%${'25'.repeat(12)}41`],
])('GET of a target is ambiguous: %s', (_, target) => {
  expect(found('GET', target)).toBe(ambiguous)
})

test.each(['CONNECT', 'TRACE', 'trace'])('%s is not served by a route without methods', (method) => {
  expect(['method ', ambiguous]).toContain(found(method, '/other'))
})

test('a path that begins with two slashes, encoded twice, is ambiguous where encoded slashes are allowed', () => {
  const rest = compileRoutes([routeOf('/notes'), routeOf('*', { encodedSlash: true })])
  expect(rest.find('GET', '/x%2fy')).toMatchObject({ outcome: 'route' })
  expect(rest.find('GET', '/%252fevil.example/notes')).toMatchObject({ outcome: ambiguous })
})

test('a path of no route is denied where no route takes the rest', () => {
  const some = compileRoutes([routeOf('/notes')])
  expect(some.find('GET', '/other')).toEqual({ outcome: 'none' })
  expect(some.find('GET', '/notes/')).toEqual({ outcome: 'none' })
  expect(compileRoutes([]).find('GET', '/')).toEqual({ outcome: 'none' })
})

test('`/*` takes every path', () => {
  const all = compileRoutes([routeOf('/*')])
  for (const path of ['/', '/x', '/x/', '/x/y'])
    expect(all.find('GET', path)).toMatchObject({ outcome: 'route', target: path })
})

test.each<[string, Route[], RegExp]>([
  ['one path twice', [routeOf('/a'), routeOf('/a')], /"\/a" .* and "\/a" .* same requests/],
  ['one path with a method twice', [routeOf('/a', { methods: ['GET'] }), routeOf('/a')], /same requests/],
  ['a path below another', [routeOf('/a/*'), routeOf('/a/b')], /"\/a\/\*" .* and "\/a\/b" .* same requests/],
  ['one below another', [routeOf('/a/*'), routeOf('/a/b/*')], /same requests/],
  ['everything, and a path', [routeOf('/*'), routeOf('/b')], /same requests/],
  ['two rests', [routeOf('*'), routeOf('*')], /both take the rest/],
  ['another case', [routeOf('/a'), routeOf('/A')], /ignores case/],
  ['another case below', [routeOf('/a/*'), routeOf('/A/b')], /ignores case/],
  ['a slash at the end', [routeOf('/a'), routeOf('/a/')], /cuts slashes/],
  ['an encoding', [routeOf('/a'), routeOf('/%61')], /decodes paths/],
])('routes that take the same request are refused: %s', (_, routes, message) => {
  expect(() => compileRoutes(routes)).toThrow(message)
  expect(() => compileRoutes(routes.reverse())).toThrow(TypeError)
})

test.each<[string, Route[]]>([
  [
    'the same path with other methods',
    [routeOf('/a', { methods: ['GET'] }), routeOf('/a', { methods: ['PUT'] })],
  ],
  ['a path and what is below it', [routeOf('/a'), routeOf('/a/*')]],
  ['a path with a slash and what is below it', [routeOf('/a/'), routeOf('/a/*')]],
  ['a path and the rest', [routeOf('/a'), routeOf('*')]],
  ['rests with other methods', [routeOf('*', { methods: ['GET'] }), routeOf('*', { methods: ['PUT'] })]],
])('routes that share no request are compiled: %s', (_, routes) => {
  expect(compileRoutes(routes).routes).toEqual(routes)
})

test.each<[string, Route, RegExp]>([
  ['no slash', routeOf('a'), /write \/notes/],
  ['an asterisk within', routeOf('/a/*/b'), /write \/notes/],
  ['an asterisk behind letters', routeOf('/a*'), /write \/notes/],
  ['a query', routeOf('/a?b'), /write \/notes/],
  ['two slashes and an asterisk', routeOf('/a//*'), /one slash/],
  ['dots', routeOf('/a/../b'), /dots or spaces/],
  ['an encoded slash', routeOf('/a%2fb'), /encoded "\/"/],
  ['an encoded parameter', routeOf('/a%3bx'), /encoded "\/", ";"/],
  ['a null octet', routeOf('/a%00'), /control character/],
  ['CONNECT', routeOf('/a', { methods: ['CONNECT'] }), /"CONNECT"/],
  ['a method in lower case', routeOf('/a', { methods: ['get'] }), /"get"/],
  ['no methods', routeOf('/a', { methods: [] }), /no methods/],
  ['a prefix that it does not have', routeOf('/a/b', { cutPrefix: '/b' }), /does not begin with "\/b"/],
  ['a prefix that is all of it', routeOf('/a', { cutPrefix: '/a' }), /does not begin with/],
  ['a prefix that ends within a segment', routeOf('/ab/c', { cutPrefix: '/a' }), /does not begin with/],
  ['a prefix of the rest', routeOf('*', { cutPrefix: '/a' }), /takes the rest/],
  ['a prefix with a slash at its end', routeOf('/a/b', { addPrefix: '/a/' }), /no slash at its end/],
])('a route that cannot be used is refused: %s', (_, route, message) => {
  expect(() => compileRoutes([route])).toThrow(message)
})

test('sessions and questions to persons are refused by name, since the answers of upstreams have no part of them', () => {
  const resource = createResource({
    issuer: 'https://notes.example',
    trust: 'any',
    scopes: { 'notes.read': 'Read your notes' },
    managed: managedAccess({ interaction: { url: 'https://notes.example/agents' } }),
  })
  const route = { name: 'notes', accept: 'agent-token' } as const
  const asking = requireInteraction(resource, route, { scope: 'notes.read', consentOf: () => undefined })
  for (const [requirement, part] of [
    [{ ...route, sessions: true }, '"sessions"'],
    [asking, 'requireInteraction'],
  ] as const)
    expect(() => compileRoutes([routeOf('/notes', { requirement: requirement as never })])).toThrow(
      `the route "/notes" uses ${part}, which works neither in the reverse proxy nor in forward auth or ext_authz: guard the route in the upstream`,
    )
})
