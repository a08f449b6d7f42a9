import type { Difference } from './difference.ts'

const on = ['Next.js'] as const

/** A target for which the server of Next.js redirects, before it asks any handler. */
function redirected(location: string, ...cases: string[]): Difference {
  return {
    on,
    cases,
    outcome: `308 ${location}`,
    because:
      'Next.js redirects to the target that it routes, without a double slash, a slash at the end and an authority; an agent signs it anew',
  }
}

export const nextDifferences: readonly Difference[] = [
  redirected(
    '/api/x',
    'a doubled slash inserted on the way is refused',
    'a doubled slash does not bypass the guard of a mount',
    'a doubled slash at the start does not bypass the guard of a mount',
    'a doubled slash behind a mount is another path',
  ),
  redirected('/mounted/x', 'a doubled slash behind a mounted application is another path'),
  redirected(
    '/whoami',
    'two slashes inserted on the way are refused',
    'a signature is refused for a target with one more slash',
    'two slashes at the start are another path than one',
    'a backslash in the path is refused even if it was signed',
  ),
  redirected('/admin', 'a slash at the end is another path'),
  redirected('/evil.example/whoami', 'two slashes at the start do not begin an authority'),
  redirected(
    'http://notes.example/whoami',
    'the prefix is stripped from absolute form as well',
    'absolute form for its own authority is accepted',
    'a covered @target-uri is accepted, even in absolute form',
    'a covered @request-target differs between absolute form and origin form',
    'a covered @request-target is refused in absolute form',
    'absolute form in capitals is accepted',
  ),
  redirected(
    'https://notes.example/whoami',
    'absolute form with https is accepted',
    'absolute form determines the authority, and Host does not',
  ),
  redirected('http://notes.example/', 'absolute form without a path is routed as the root'),
  redirected('http://notes.example/?x=/whoami', 'absolute form without a path is not routed by its query'),
  redirected('http://notes.example/api/x', 'absolute form is routed into mounts as signed'),
  redirected(
    'http://notes.example/accounts/mine',
    'the account is taken from the signed path, even in absolute form',
  ),
  redirected(
    'http://notes.example/accounts/victim',
    'the authority in absolute form is not taken for the account of the path',
  ),
  redirected('http://evil.example/whoami', 'absolute form for another authority is refused'),
  redirected('http://notes.example@evil.example/whoami', 'absolute form with user information is refused'),
  redirected('http://whoami/', 'absolute form with an empty authority is refused'),
  redirected('ftp://notes.example/whoami', 'absolute form of another scheme is refused'),
  {
    on,
    cases: [
      'asterisk form is refused',
      'a parameter that cannot be decoded is unchanged',
      'octets that are not UTF-8 are unchanged',
    ],
    outcome: '500 Internal Server Error',
    because: 'Next.js fails on a target that it cannot decode or make a URL of, before it asks any handler',
  },
  {
    on,
    cases: ['TRACE is served to who signed TRACE'],
    outcome: '500 Internal Server Error',
    because: 'Next.js makes a Request before it asks any handler, and no Request has the method TRACE',
  },
  {
    on,
    cases: ['PROPFIND is served to who signed PROPFIND'],
    outcome: '400 ',
    because: 'route handlers of Next.js have seven methods; it refuses any other',
  },
  {
    on,
    cases: ['GET with content and its digest is served'],
    outcome: '401 invalid_signature',
    because: 'a Request with GET has no content, whatever was sent',
  },
  {
    on,
    cases: ['the app answers a refusal that is passed on'],
    outcome: '401 invalid_signature',
    because: 'the guard of a route handler answers every refusal itself',
  },
  {
    on,
    cases: ['the app answers a step-up that is passed on'],
    outcome: '401 auth_token_required',
    because: 'the guard of a route handler answers every refusal itself',
  },
  {
    on,
    cases: ['the framework answers what a handler throws'],
    without: ['cache-control', 'vary'],
    because: 'what a handler throws goes past the guard to Next.js, whose answer it is',
  },
  {
    on,
    cases: [
      'a preflight reaches the CORS middleware',
      'the answer of a handler to a preflight has no content',
      'a preflight that no handler answers gets 404',
      'the answer of a guarded route to a preflight has no content',
    ],
    outcome: '401 invalid_signature',
    because: 'there is no middleware behind a route handler; the handler of OPTIONS is one of its own',
  },
]
