import type { Difference } from './difference.ts'
import { nextDifferences } from './differences-next.ts'

const express = ['Express 5', 'Express 4'] as const
const onExpress = [...express, 'NestJS on Express'] as const
const koa = ['Koa 3', 'Koa 2'] as const
const nest = ['NestJS on Express', 'NestJS on Fastify'] as const
const frameworks: readonly Difference[] = [
  {
    on: onExpress,
    cases: ['a path in capitals is another path'],
    outcome: '200 the admin area',
    because: 'Express routes without regard to case unless "case sensitive routing" is on',
  },
  {
    on: [...onExpress, ...koa],
    cases: ['a slash at the end is another path'],
    outcome: '200 the admin area',
    because: 'Express and @koa/router overlook a slash at the end unless they are told to be strict',
  },
  {
    on: ['Express 4'],
    cases: [
      'a doubled slash behind a mount is another path',
      'a doubled slash behind a mounted application is another path',
    ],
    outcome: '200 person-1',
    because: 'Express 4 takes the second slash for the end of the mount; it was signed as it was sent',
  },
  {
    on: onExpress,
    cases: ['a parameter that cannot be decoded is unchanged'],
    outcome: "400 Failed to decode param '%zz'",
    because: 'Express refuses such a parameter before it asks the guard of the route',
  },
  {
    on: onExpress,
    cases: ['octets that are not UTF-8 are unchanged'],
    outcome: "400 Failed to decode param '%E0%80%AF'",
    because: 'Express refuses such a parameter before it asks the guard of the route',
  },
  {
    on: express,
    cases: ['the answer of a guarded route to a preflight has no content'],
    outcome: '404 ',
    because: 'the guard of an Express route leaves the route, since what is behind it expects a caller',
  },
  {
    on: ['Fastify'],
    cases: ['a parameter that cannot be decoded is unchanged'],
    outcome: badUrl('/notes/%zz'),
    because: 'Fastify refuses a path that it cannot decode before it asks any hook',
  },
  {
    on: ['Fastify'],
    cases: ['octets that are not UTF-8 are unchanged'],
    outcome: badUrl('/notes/%E0%80%AF'),
    because: 'Fastify refuses a path that it cannot decode before it asks any hook',
  },
  {
    on: ['Fastify'],
    cases: ['absolute form with an empty authority is refused'],
    outcome: badUrl('http:///whoami'),
    because: 'Fastify refuses a target that it cannot route before it asks any hook',
  },
  {
    on: ['Hono'],
    cases: [
      'HEAD is served like GET, without content',
      'HEAD of the metadata has no content',
      'HEAD is challenged like GET, without content',
      'a signature over GET is refused for HEAD',
      'a challenge of an unsigned HEAD request lists every scheme and links to the metadata',
      'HEAD of /aauth/authorize is answered with 405 and no content',
      'HEAD of /aauth/revoke is answered with 405 and no content',
      'HEAD of /aauth/mission-terminated is answered with 405 and no content',
    ],
    without: ['content-length'],
    because: 'Hono answers HEAD with what it makes of the answer to GET, without a length',
  },
]

const nestjs: readonly Difference[] = [
  {
    on: ['NestJS on Fastify'],
    cases: ['a parameter that cannot be decoded is unchanged'],
    outcome: badNestUrl('/notes/%zz'),
    because: 'Fastify refuses a path that it cannot decode before it asks any hook',
  },
  {
    on: ['NestJS on Fastify'],
    cases: ['octets that are not UTF-8 are unchanged'],
    outcome: badNestUrl('/notes/%E0%80%AF'),
    because: 'Fastify refuses a path that it cannot decode before it asks any hook',
  },
  {
    on: ['NestJS on Fastify'],
    cases: ['absolute form with an empty authority is refused'],
    outcome: badNestUrl('http:///whoami'),
    because: 'Fastify refuses a target that it cannot route before it asks any hook',
  },
  {
    on: ['NestJS on Fastify'],
    cases: ['absolute form without a path is not routed by its query'],
    outcome: '404 Cannot GET http://notes.example?x=/whoami',
    because:
      'NestJS on Fastify routes no target that older routers read in another way; guards run for routes',
  },
  {
    on: ['NestJS on Fastify'],
    cases: ['absolute form of another scheme is refused'],
    outcome: '404 Cannot GET ftp://notes.example/whoami',
    because: 'NestJS on Fastify routes no target of another scheme, and guards run for routes',
  },
  {
    on: nest,
    cases: ['asterisk form is refused'],
    outcome: '404 Cannot OPTIONS *',
    because: 'NestJS routes no target without a path, and guards run for routes',
  },
  {
    on: nest,
    cases: ['the answer of a guarded route to a preflight has no content'],
    outcome: '404 ',
    because: 'the guard of NestJS passes preflights to handlers of OPTIONS only; others expect a caller',
  },
  {
    on: nest,
    cases: ['a preflight that no handler answers gets 404'],
    without: ['access-control-allow-methods', 'access-control-allow-origin'],
    because: 'interceptors of NestJS do not run for what its guards answer',
  },
  {
    on: nest,
    cases: [
      'the second guard of a route refuses a token that only the first accepts',
      'a second guard that takes AAuth alone refuses a key',
    ],
    without: ['vary'],
    because: 'a route of NestJS has one requirement, so no guard before it has accepted the caller',
  },
]

const contents: readonly Difference[] = [
  {
    on: [...koa, 'Fastify'],
    cases: [
      'a parser before the guard keeps the content for the comparison',
      'a parser before the guard does not hide a change',
    ],
    outcome: '503 server_error',
    because: 'the parsers of Koa and Fastify keep nothing of what they read, so the guard cannot compare it',
  },
  {
    on: ['NestJS on Express'],
    cases: ['content over the limit of the comparison is refused'],
    outcome: '413 request entity too large',
    because: 'the parser of NestJS runs before its guards, and has a smaller limit',
  },
  {
    on: ['NestJS on Fastify'],
    cases: ['content over the limit of the comparison is refused'],
    outcome: '413 Request body is too large',
    because: 'the parser of NestJS runs before its guards, and has the same limit',
  },
  {
    on: nest,
    cases: ['content that was read before the guard and not kept is refused if its digest is covered'],
    outcome: '200 person-1',
    because: 'AAuthModule keeps what any parser of NestJS reads, and the guard compared it with the digest',
  },
  {
    on: ['Hono', 'fetchGuard'],
    cases: ['GET with content and its digest is served'],
    outcome: '401 invalid_signature',
    because: 'a Request with GET has no content, whatever was sent',
  },
]

const nodeServer: readonly Difference[] = [
  {
    on: ['Hono', 'fetchGuard'],
    cases: [
      'HTTP/1.0 without Host is refused',
      'an empty Host is refused',
      'Host with a path is refused',
      'Host with user information is refused',
      'Host with a tab is refused',
      'a backslash in the path is refused even if it was signed',
      'absolute form in capitals is accepted',
      'absolute form of another scheme is refused',
      'asterisk form is refused',
    ],
    outcome: '400 ',
    because: '@hono/node-server refuses what it cannot make a URL of, before anybody else sees it',
  },
]

const fetchHosts: readonly Difference[] = [
  {
    on: ['fetchGuard'],
    cases: ['two Authorization lines are ambiguous', 'two Content-Type lines are ambiguous'],
    outcome: '200 person-1',
    because: 'a fetch host shows the lines of a field joined; the joined line is the one line',
  },
  {
    on: ['fetchGuard'],
    cases: ['a key in two lines is ambiguous', 'two Bearer tokens are ambiguous'],
    outcome: '401 invalid_signature',
    because: 'a fetch host shows the lines of a field joined, and nobody has that key',
  },
  {
    on: ['fetchGuard'],
    cases: [
      'dot segments in the path is refused even if it was signed',
      'a single dot segment in the path is refused even if it was signed',
      'dot segments at the end in the path is refused even if it was signed',
      'encoded dot segments in the path is refused even if it was signed',
      'half encoded dot segments in the path is refused even if it was signed',
      'a character that URL parsers encode in the path is refused even if it was signed',
    ],
    outcome: '401 invalid_signature',
    because:
      'a fetch host shows the target normalised: it is routed like that, and that is not what was signed',
  },
  {
    on: ['fetchGuard'],
    cases: [
      'dot segments inserted on the way are refused',
      'encoded dot segments inserted on the way are refused',
      'a fragment is refused',
      'a fragment behind a query is refused',
    ],
    outcome: '200 person-1',
    because: 'a fetch host shows the target normalised: what is routed is what was signed',
  },
  {
    on: ['fetchGuard'],
    cases: [
      'a covered @request-target differs between absolute form and origin form',
      'a covered @request-target is refused in absolute form',
    ],
    outcome: '200 person-1',
    because:
      'a fetch host shows absolute form for its own authority as origin form, which is what was signed',
  },
  {
    on: ['fetchGuard'],
    cases: ['the app answers a refusal that is passed on'],
    outcome: '401 invalid_signature',
    because: 'fetchGuard answers every refusal itself',
  },
  {
    on: ['fetchGuard'],
    cases: ['the app answers a step-up that is passed on'],
    outcome: '401 auth_token_required',
    because: 'fetchGuard answers every refusal itself',
  },
  {
    on: ['fetchGuard'],
    cases: ['the framework answers what a handler throws'],
    without: ['cache-control', 'vary'],
    because: 'what a handler throws goes past fetchGuard to the host, whose answer it is',
  },
  {
    on: ['fetchGuard'],
    cases: [
      'a preflight reaches the CORS middleware',
      'the answer of a handler to a preflight has no content',
      'a preflight that no handler answers gets 404',
      'the answer of a guarded route to a preflight has no content',
    ],
    outcome: '401 invalid_signature',
    because: 'there is no middleware behind fetchGuard; CORS goes around it',
  },
]

const gateway: readonly Difference[] = [
  {
    on: ['gateway'],
    cases: ['TRACE is served to who signed TRACE'],
    outcome: '405 method_not_allowed',
    because:
      'the gateway refuses TRACE, which would show the agent’s credentials to whoever reads the answer',
  },
  {
    on: ['gateway'],
    cases: ['an unknown transfer coding is refused by Node'],
    outcome: '400 bad_request',
    because: 'the gateway refuses a coding other than "chunked" before it decides who calls',
  },
  {
    on: ['gateway'],
    cases: [
      'a mount in capitals does not bypass its guard',
      'a doubled slash at the start does not bypass the guard of a mount',
      'an encoded letter does not bypass the guard of a mount',
      'an unknown path of a mounted application is answered 404',
      'dot segments inserted on the way are refused',
      'encoded dot segments inserted on the way are refused',
      'a fragment is refused',
      'a fragment behind a query is refused',
      'absolute form of another scheme is refused',
      'asterisk form is refused',
      'an encoded slash is not a slash to a router',
      'encoded dots behind an encoded slash are part of a parameter',
      'an encoded NUL is part of a parameter',
      'an encoded backslash is part of a parameter',
      'an encoded question mark starts no query',
      'an encoded hash starts no fragment',
      'an encoded space at the end is part of the path',
      'a parameter that cannot be decoded is unchanged',
      'octets that are not UTF-8 are unchanged',
      'path parameters of RFC 2396 are part of the path',
      'a signature is refused for a target with one more slash',
      'a path in capitals is another path',
      'a slash at the end is another path',
      'two slashes at the start do not begin an authority',
      'two slashes at the start are another path than one',
      'two slashes inserted on the way are refused',
      'dot segments in the path is refused even if it was signed',
      'a single dot segment in the path is refused even if it was signed',
      'dot segments at the end in the path is refused even if it was signed',
      'encoded dot segments in the path is refused even if it was signed',
      'half encoded dot segments in the path is refused even if it was signed',
      'a backslash in the path is refused even if it was signed',
      'a letter that is percent-encoded without need is refused, /%61dmin',
      'a capital letter that is percent-encoded without need is refused, /%41dmin',
      'a letter in the middle that is percent-encoded without need is refused, /ad%6din',
      'a letter of a mount that is percent-encoded without need is refused, /%6dounted/x',
    ],
    outcome: '400 ambiguous_target',
    because:
      'the gateway refuses a target that a lenient server would take for one of another route, before it decides who calls',
  },
  {
    on: ['gateway'],
    cases: ['the app answers a refusal that is passed on'],
    outcome: '401 invalid_signature',
    because: 'the gateway answers every refusal itself',
  },
  {
    on: ['gateway'],
    cases: ['the app answers a step-up that is passed on'],
    outcome: '401 auth_token_required',
    because: 'the gateway answers every refusal itself',
  },
  {
    on: ['gateway'],
    cases: ['content that was read before the guard and not kept is refused if its digest is covered'],
    outcome: '200 person-1',
    because: 'the gateway reads the content itself and compares it, whatever the upstream does with it',
  },
  {
    on: ['gateway'],
    cases: ['a key has no grant'],
    outcome: '401 invalid_signature',
    because: 'a grant is checked by the route of the gateway, which then takes no key',
  },
  {
    on: ['gateway'],
    cases: ['an agent is one'],
    outcome:
      '200 getAuth throws TypeError, stepUp throws TypeError, missionGrant throws TypeError, lifetimeOf throws TypeError',
    because: 'an upstream gets an assertion, which the functions of a guard refuse',
  },
  {
    on: ['gateway'],
    cases: [
      'a handler that steps up challenges its caller',
      'a challenge of a handler links to the metadata',
      'the second guard of a route refuses a token that only the first accepts',
      'a second guard that takes AAuth alone refuses a key',
      'a runtime of another agent provider cannot resume a grant',
      'a runtime cannot resume a grant for a person of another generation',
      'a runtime in another mission cannot resume a grant',
      'a runtime without a mission cannot resume a grant',
      'a runtime cannot resume a grant by asserting its mission',
    ],
    without: ['vary'],
    because:
      'a route of the gateway checks in one step what the others check after their guard has set fields',
  },
]

export const differences: readonly Difference[] = [
  ...frameworks,
  ...nestjs,
  ...contents,
  ...nodeServer,
  ...fetchHosts,
  ...nextDifferences,
  ...gateway,
]

/** What Fastify says of a target that its router refuses. */
function badUrl(target: string): string {
  const message = `'${target}' is not a valid url component`
  return `400 ${JSON.stringify({ error: 'Bad Request', code: 'FST_ERR_BAD_URL', message, statusCode: 400 })}`
}

/** The same of NestJS. */
function badNestUrl(target: string): string {
  const message = `'${target}' is not a valid url component`
  return `400 ${JSON.stringify({ statusCode: 400, code: 'FST_ERR_BAD_URL', error: 'Bad Request', message })}`
}
