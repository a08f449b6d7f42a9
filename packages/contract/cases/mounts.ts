import type { Suite } from './case.ts'

/** Routers in routers: what is signed is what the agent called, wherever the handler lives. */
export const mounts: Suite = {
  about: 'mounted routers',
  cases: [
    ['a mounted router checks the target that was called [E21]', { target: '/api/x' }, '200 person-1'],
    ['a router in a mounted router does as well [E21]', { target: '/api/deep/x' }, '200 person-1'],
    ['a mounted application does as well [E21]', { target: '/mounted/x' }, '200 person-1'],
    [
      'parameters behind a mount are those of the target',
      { target: '/api/items/a%2Fb' },
      '200 person-1 reads a/b',
    ],
    [
      'a signature over the path inside the mount is none for the mount [E21]',
      { target: '/x', wire: { target: '/api/x' } },
      '401 invalid_signature',
    ],
    [
      'nor for a mounted application [E21]',
      { target: '/x', wire: { target: '/mounted/x' } },
      '401 invalid_signature',
    ],
    [
      'a signature for one mount of a router is none for the other [E22]',
      { target: '/api/x', wire: { target: '/v2/x' } },
      '401 invalid_signature',
    ],
    ['the other mount has its own [E22]', { target: '/v2/x' }, '200 person-1'],
    [
      'an unsigned request to a mount is challenged',
      { target: '/api/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'an unsigned request to nothing behind a mount is challenged',
      { target: '/mounted/nowhere', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a mount in capitals does not bypass its guard',
      { target: '/API/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a doubled slash does not bypass its guard [E12]',
      { target: '/api//x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'a doubled slash in front does not bypass its guard [E12]',
      { target: '//api/x', token: 'none' },
      '401 invalid_signature',
    ],
    [
      'an encoded letter does not bypass its guard',
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
      'a doubled slash put in on the way is refused [E12]',
      { target: '/api/x', wire: { target: '/api//x' } },
      '401 invalid_signature',
    ],
    ['a mounted application has no more than its paths', { target: '/mounted' }, '404 nothing here'],
    ['a path that only starts like a mount is none of it', { target: '/apix' }, '404 nothing here'],
  ],
}

/** A proxy in front takes away what agents sign. */
export const strippedPrefix: Suite = {
  about: 'a prefix that a proxy strips',
  options: { strippedPrefix: '/gateway' },
  cases: [
    [
      'the prefix is signed and need not arrive',
      { target: '/gateway/whoami', wire: { target: '/whoami' } },
      '200 person-1',
    ],
    [
      'a mount is where it is without the prefix',
      { target: '/gateway/api/x', wire: { target: '/api/x' } },
      '200 person-1',
    ],
    [
      'a mounted application is too',
      { target: '/gateway/mounted/x', wire: { target: '/mounted/x' } },
      '200 person-1',
    ],
    [
      'absolute form is stripped as well',
      { target: '/gateway/whoami', wire: { target: 'http://notes.example/whoami' } },
      '200 person-1',
    ],
    [
      'the query is left alone',
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
      'a covered @request-target cannot be told in absolute form [SIG-15]',
      {
        target: '/gateway/whoami',
        cover: ['@request-target'],
        wire: { target: 'http://notes.example/whoami' },
      },
      '401 invalid_signature',
    ],
    ['a proxy that strips nothing is found out', { target: '/gateway/whoami' }, '401 invalid_signature'],
    ['a signature over the path inside is none [E21]', { target: '/whoami' }, '401 invalid_signature'],
    [
      'the root is signed with its slash',
      { target: '/gateway', wire: { target: '/' } },
      '401 invalid_signature',
    ],
  ],
}
