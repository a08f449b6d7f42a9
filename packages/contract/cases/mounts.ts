import type { Suite } from './case.ts'

/** Routers in routers: what is signed is what the agent called, wherever the handler lives. */
export const mounts: Suite = {
  about: 'mounted routers',
  cases: [
    ['a mounted router verifies the target that was called [E21]', { target: '/api/x' }, '200 person-1'],
    [
      'a router in a mounted router verifies the target that was called [E21]',
      { target: '/api/deep/x' },
      '200 person-1',
    ],
    [
      'a mounted application verifies the target that was called [E21]',
      { target: '/mounted/x' },
      '200 person-1',
    ],
    [
      'parameters of a mounted route come from the target',
      { target: '/api/items/a%2Fb' },
      '200 person-1 reads a/b',
    ],
    [
      'a signature over the path inside a mounted router is refused [E21]',
      { target: '/x', wire: { target: '/api/x' } },
      '401 invalid_signature',
    ],
    [
      'a signature over the path inside a mounted application is refused [E21]',
      { target: '/x', wire: { target: '/mounted/x' } },
      '401 invalid_signature',
    ],
    [
      'a signature for one mount of a router is refused at another [E22]',
      { target: '/api/x', wire: { target: '/v2/x' } },
      '401 invalid_signature',
    ],
    [
      'a signature for the other mount of a router is accepted there [E22]',
      { target: '/v2/x' },
      '200 person-1',
    ],
    [
      'an unsigned request to a mount is challenged',
      { target: '/api/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'an unsigned request to an unknown path behind a mount is challenged',
      { target: '/mounted/nowhere', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a mount in capitals does not bypass its guard',
      { target: '/API/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a doubled slash does not bypass the guard of a mount [E12]',
      { target: '/api//x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a doubled slash at the start does not bypass the guard of a mount [E12]',
      { target: '//api/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'an encoded letter does not bypass the guard of a mount',
      { target: '/%61pi/x', token: 'none' },
      '400 invalid_request',
    ],
    ['a doubled slash behind a mount is another path [E12]', { target: '/api//x' }, '404 nothing here'],
    [
      'a doubled slash behind a mounted application is another path [E12]',
      { target: '/mounted//x' },
      '404 nothing here',
    ],
    [
      'a doubled slash inserted on the way is refused [E12]',
      { target: '/api/x', wire: { target: '/api//x' } },
      '401 invalid_signature',
    ],
    ['an unknown path of a mounted application is answered 404', { target: '/mounted' }, '404 nothing here'],
    ['a path that only starts like a mount is answered 404', { target: '/apix' }, '404 nothing here'],
  ],
}

/** A proxy in front takes away what agents sign. */
export const strippedPrefix: Suite = {
  about: 'a prefix that a proxy strips',
  options: { strippedPrefix: '/gateway' },
  cases: [
    [
      'the stripped prefix is signed',
      { target: '/gateway/whoami', wire: { target: '/whoami' } },
      '200 person-1',
    ],
    [
      'a mounted router is found without the prefix',
      { target: '/gateway/api/x', wire: { target: '/api/x' } },
      '200 person-1',
    ],
    [
      'a mounted application is found without the prefix',
      { target: '/gateway/mounted/x', wire: { target: '/mounted/x' } },
      '200 person-1',
    ],
    [
      'the prefix is stripped from absolute form as well',
      { target: '/gateway/whoami', wire: { target: 'http://notes.example/whoami' } },
      '200 person-1',
    ],
    [
      'the query is unchanged',
      { target: '/gateway/query?of=me', cover: ['@query'], wire: { target: '/query?of=me' } },
      '200 person-1',
    ],
    [
      'the prefix is part of a covered @target-uri and @request-target [SIG-15]',
      {
        target: '/gateway/query?of=me',
        cover: ['@query', '@target-uri', '@request-target'],
        wire: { target: '/query?of=me' },
      },
      '200 person-1',
    ],
    [
      'a covered @request-target is refused in absolute form [SIG-15]',
      {
        target: '/gateway/whoami',
        cover: ['@request-target'],
        wire: { target: 'http://notes.example/whoami' },
      },
      '401 invalid_signature',
    ],
    [
      'a prefix that the proxy did not strip is refused',
      { target: '/gateway/whoami' },
      '401 invalid_signature',
    ],
    [
      'a signature over the path without the prefix is refused [E21]',
      { target: '/whoami' },
      '401 invalid_signature',
    ],
    [
      'a signature over the prefix without the slash of the root is refused',
      { target: '/gateway', wire: { target: '/' } },
      '401 invalid_signature',
    ],
  ],
}
