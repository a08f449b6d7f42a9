import type { Suite } from './case.ts'

/** A resource with two names, of which `Host` says the one that was signed. */
export const hosts: Suite = {
  about: 'hosts',
  options: { authorities: ['api.notes.example', 'notes.example'] },
  cases: [
    [
      'two Host lines are ambiguous [A01]',
      { wire: { host: ['Host: notes.example', 'Host: evil.example'] } },
      '400 invalid_request',
    ],
    [
      'two Host lines are ambiguous even when they agree [A01]',
      { wire: { host: ['Host: notes.example', 'Host: notes.example'] } },
      '400 invalid_request',
    ],
    ['HTTP/1.1 without Host is refused by Node [A02]', { wire: { host: [] } }, '400 '],
    ['HTTP/1.0 without Host is refused [A02]', { wire: { host: [], version: '1.0' } }, '400 invalid_request'],
    ['HTTP/1.0 with Host is served', { wire: { version: '1.0' } }, '200 person-1'],
    ['an empty Host is refused [A02]', { wire: { host: ['Host:'] } }, '400 invalid_request'],
    [
      'Host with a path is refused [A03]',
      { wire: { host: ['Host: notes.example/foo?'] } },
      '400 invalid_request',
    ],
    [
      'Host with user information is refused [A03]',
      { wire: { host: ['Host: notes.example@evil.example'] } },
      '400 invalid_request',
    ],
    [
      'Host with a tab is refused [A03]',
      { wire: { host: ['Host: notes.example\tevil'] } },
      '400 invalid_request',
    ],
    [
      'Host in capitals and with the port of https is accepted [A04]',
      { wire: { host: ['Host: NOTES.EXAMPLE:443'] } },
      '200 person-1',
    ],
    [
      'Host with another name than was signed is refused [E10]',
      { wire: { host: ['Host: api.notes.example'] } },
      '401 invalid_signature',
    ],
    [
      'Host with another port is refused [A04]',
      { wire: { host: ['Host: notes.example:8080'] } },
      '401 invalid_signature',
    ],
    [
      'Host with a dot at the end is refused [A04]',
      { wire: { host: ['Host: notes.example.'] } },
      '401 invalid_signature',
    ],
    [
      'absolute form determines the authority, and Host does not [E11]',
      { wire: { host: ['Host: api.notes.example'], target: 'https://notes.example/whoami' } },
      '200 person-1',
    ],
    [
      'forwarded headers do not determine the authority [E07]',
      {
        wire: {
          host: ['Host: api.notes.example'],
          after: ['X-Forwarded-Host: notes.example', 'Forwarded: host=notes.example'],
        },
      },
      '401 invalid_signature',
    ],
  ],
}
