import { claims } from '../claim.ts'

/** A request without any credential. */
export const unsigned = claims(
  'both',
  { token: null },
  {
    accept: {
      'optional-without-credential': {
        title: 'An optional route accepts a caller without a credential, without an identity',
        ids: 'SIG-2',
        route: { accept: 'agent-token', optional: true },
        auth: null,
      },
    },
    refuse: {
      'unsigned-agent-route': {
        title: 'A caller without a credential is challenged',
        ids: 'SIG-2 CHAL-1 R11-081 R11-140',
        route: { accept: 'agent-token' },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'unsigned-where-both-are-served': {
        title:
          'A caller without a credential is challenged for an agent token when both generations are served',
        ids: 'CHAL-1',
        resource: { generations: ['mission-header', 'person-token'] },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'unsigned-where-other-schemes-are-served': {
        title: 'A challenge lists every signature scheme that the API supports',
        ids: 'CHAL-1 R11-100',
        resource: { otherSignatureSchemes: ['hwk', 'jwks_uri'] },
        route: { accept: 'agent-token' },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'optional-with-empty-field': {
        title: 'An empty signature field is an invalid credential on an optional route',
        ids: 'SIG-1 R11-080',
        route: { accept: 'agent-token', optional: true },
        send: { headers: { signature: '' } },
        error: 'invalid_signature',
      },
    },
  },
)

/** The same where only draft 11 is served, or only persons are. */
export const unsignedPersons = claims(
  'person-token',
  { token: null },
  {
    refuse: {
      'unsigned-person-route': {
        title: 'A caller without a credential on a route for persons is challenged for a person token',
        ids: 'SIG-2 CHAL-2 R11-081 R11-141',
        route: { accept: 'person-token' },
        error: 'invalid_signature',
        requirement: 'person-token',
        advertise: true,
      },
      'unsigned-auth-route': {
        title: 'A caller without a credential is challenged for a person token when only draft 11 is served',
        ids: 'CHAL-2 R11-081',
        resource: { generations: ['person-token'] },
        error: 'invalid_signature',
        requirement: 'person-token',
        advertise: true,
      },
    },
  },
)
