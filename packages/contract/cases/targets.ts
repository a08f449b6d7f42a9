import type { Suite } from './case.ts'

const read = { scope: 'notes.read' }

export const targets: Suite = {
  about: 'request targets',
  cases: [
    [
      'dot segments inserted on the way are refused [E13]',
      { wire: { target: '/api/../whoami' } },
      '400 invalid_request',
    ],
    [
      'encoded dot segments inserted on the way are refused [E13]',
      { wire: { target: '/api/%2e%2e/whoami' } },
      '400 invalid_request',
    ],
    ['a fragment is refused [E20]', { wire: { target: '/whoami#top' } }, '400 invalid_request'],
    [
      'a fragment behind a query is refused [E20]',
      { wire: { target: '/whoami?x#top' } },
      '400 invalid_request',
    ],
    [
      'absolute form for its own authority is accepted [E11]',
      { wire: { target: 'http://notes.example/whoami' } },
      '200 person-1',
    ],
    [
      'absolute form with https is accepted [E11]',
      { wire: { target: 'https://notes.example:443/whoami' } },
      '200 person-1',
    ],
    [
      'absolute form in capitals is accepted [E11]',
      { wire: { target: 'HTTP://NOTES.EXAMPLE/whoami' } },
      '200 person-1',
    ],
    [
      'absolute form without a path is routed as the root [E11]',
      { target: '/', wire: { target: 'http://notes.example' } },
      '404 nothing here',
    ],
    [
      'absolute form without a path is not routed by its query [E11]',
      { target: '/', wire: { target: 'http://notes.example?x=/whoami' } },
      '404 nothing here',
    ],
    [
      'absolute form is routed into mounts as signed [E11]',
      { target: '/api/x', wire: { target: 'http://notes.example/api/x' } },
      '200 person-1',
    ],
    [
      'the account is taken from the signed path, even in absolute form [E11]',
      {
        target: '/accounts/mine',
        grant: { ...read, account: 'mine' },
        wire: { target: 'http://notes.example/accounts/mine' },
      },
      '200 person-1 may notes.read',
    ],
    [
      'the authority in absolute form is not taken for the account of the path [E11]',
      {
        target: '/accounts/victim',
        grant: { ...read, account: 'notes.example' },
        wire: { target: 'http://notes.example/accounts/victim' },
      },
      '403 access_denied',
    ],
    [
      'a covered @target-uri is accepted, even in absolute form [SIG-15, E11]',
      { cover: ['@target-uri', '@scheme'], wire: { target: 'http://notes.example/whoami' } },
      '200 person-1',
    ],
    [
      'a covered @request-target differs between absolute form and origin form [SIG-15, E11]',
      { cover: ['@request-target'], wire: { target: 'http://notes.example/whoami' } },
      '401 invalid_signature',
    ],
    [
      'a covered @request-target, @target-uri and @scheme are accepted [SIG-15]',
      { target: '/whoami?a=%20&b', cover: ['@request-target', '@target-uri', '@scheme', '@query'] },
      '200 person-1',
    ],
    [
      'a covered @target-uri includes the question mark of an empty query [SIG-15, E17]',
      { target: '/whoami?', cover: ['@target-uri', '@request-target'] },
      '200 person-1',
    ],
    [
      'a query added to a covered @target-uri is refused [SIG-15, E16]',
      { cover: ['@target-uri'], wire: { target: '/whoami?' } },
      '401 invalid_signature',
    ],
    [
      'a query added to a covered @request-target is refused [SIG-15, E16]',
      { cover: ['@request-target'], wire: { target: '/whoami?x' } },
      '401 invalid_signature',
    ],
    [
      'a mount is part of a covered @target-uri and @request-target [SIG-15, E21]',
      { target: '/api/x?y', cover: ['@target-uri', '@request-target'] },
      '200 person-1',
    ],
    [
      'absolute form for another authority is refused [E11]',
      { wire: { target: 'http://evil.example/whoami' } },
      '400 invalid_request',
    ],
    [
      'absolute form with user information is refused [E11]',
      { wire: { target: 'http://notes.example@evil.example/whoami' } },
      '400 invalid_request',
    ],
    [
      'absolute form with an empty authority is refused [E11]',
      { wire: { target: 'http:///whoami' } },
      '400 invalid_request',
    ],
    [
      'absolute form of another scheme is refused [E11]',
      { wire: { target: 'ftp://notes.example/whoami' } },
      '400 invalid_request',
    ],
    ['asterisk form is refused', { method: 'OPTIONS', wire: { target: '*' } }, '400 invalid_request'],
    ['authority form is refused by Node', { wire: { target: 'notes.example:443' } }, '400 '],
    ['a space in the target is refused by Node', { wire: { target: '/who ami' } }, '400 '],
    ['octets beyond ASCII in the target are refused by Node', { wire: { target: '/who\xe4mi' } }, '400 '],
    ['an empty query is accepted like none', { wire: { target: '/whoami?' } }, '200 person-1'],
    ['a query that is not covered may change [E16]', { wire: { target: '/whoami?all=1' } }, '200 person-1'],
    [
      'a query that cannot be decoded is ignored [E14]',
      { target: '/query?x=%zz', cover: ['@query'] },
      '200 person-1',
    ],
    [
      'an absent query is covered as a question mark [E17]',
      { target: '/query', cover: ['@query'] },
      '200 person-1',
    ],
    [
      'an encoded slash is not a slash to a router [E14]',
      { target: '/notes%2F1', grant: read },
      '404 nothing here',
    ],
    [
      'an encoded slash is part of a parameter [E14]',
      { target: '/notes/a%2Fb', grant: read },
      '200 person-1 may notes.read reads a/b',
    ],
    [
      'an encoded per cent sign is decoded once [E14]',
      { target: '/notes/a%252Fb', grant: read },
      '200 person-1 may notes.read reads a%2Fb',
    ],
    [
      'encoded dots behind an encoded slash are part of a parameter [E13, E14]',
      { target: '/notes/..%2Fadmin', grant: read },
      '200 person-1 may notes.read reads ../admin',
    ],
    [
      'an encoded NUL is part of a parameter [E14]',
      { target: '/notes/%00', grant: read },
      '200 person-1 may notes.read reads \0',
    ],
    [
      'an encoded backslash is part of a parameter [E14]',
      { target: '/notes/%5C', grant: read },
      '200 person-1 may notes.read reads \\',
    ],
    ['an encoded question mark starts no query [E14]', { target: '/admin%3Fx' }, '404 nothing here'],
    ['an encoded hash starts no fragment [E14]', { target: '/admin%23x' }, '404 nothing here'],
    ['an encoded space at the end is part of the path [E14]', { target: '/admin%20' }, '404 nothing here'],
    [
      'octets of UTF-8 are decoded in a parameter',
      { target: '/notes/caf%C3%A9', grant: read },
      `200 person-1 may notes.read reads ${Buffer.from('café').toString('latin1')}`,
    ],
    [
      'a parameter that cannot be decoded is unchanged [E14]',
      { target: '/notes/%zz', grant: read },
      '200 person-1 may notes.read reads %zz',
    ],
    [
      'octets that are not UTF-8 are unchanged [E14]',
      { target: '/notes/%E0%80%AF', grant: read },
      '200 person-1 may notes.read reads %E0%80%AF',
    ],
    ['path parameters of RFC 2396 are part of the path [E20]', { target: '/admin;x=1' }, '404 nothing here'],
    [
      'a signature over an encoded slash is refused for a slash [E15]',
      { target: '/notes%2F1', grant: read, wire: { target: '/notes/1' } },
      '401 invalid_signature',
    ],
    [
      'a signature over capitals is refused for small letters [E15]',
      { target: '/WHOAMI', wire: { target: '/whoami' } },
      '401 invalid_signature',
    ],
    [
      'a signature is refused for a target with one more slash [E15]',
      { wire: { target: '/whoami/' } },
      '401 invalid_signature',
    ],
    ['a path in capitals is another path', { target: '/Admin' }, '404 nothing here'],
    ['a slash at the end is another path', { target: '/admin/' }, '404 nothing here'],
    [
      'two slashes at the start do not begin an authority [E12]',
      { target: '//evil.example/whoami' },
      '404 nothing here',
    ],
    ['two slashes at the start are another path than one [E12]', { target: '//whoami' }, '404 nothing here'],
    [
      'two slashes inserted on the way are refused [E12]',
      { wire: { target: '//whoami' } },
      '401 invalid_signature',
    ],
  ],
}
