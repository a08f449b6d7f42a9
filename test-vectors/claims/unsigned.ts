import { claims } from '../claim.ts'

/** A request without any credential. */
export const unsigned = claims(
  'both',
  { token: null },
  {
    accept: {
      'optional-without-credential': {
        title: 'An optional route lets a caller without credential pass, as nobody',
        ids: 'SIG-2',
        route: { accept: 'agent-token', optional: true },
        auth: null,
      },
    },
    refuse: {
      'unsigned-agent-route': {
        title: 'A caller without credential is told what would be one',
        ids: 'SIG-2 CHAL-1 R11-081 R11-140',
        route: { accept: 'agent-token' },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'unsigned-where-both-are-served': {
        title: 'Where both generations are served, a caller without credential is asked for an agent token',
        ids: 'CHAL-1',
        resource: { generations: ['mission-header', 'person-token'] },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'unsigned-where-other-schemes-are-served': {
        title: 'A caller without credential is told every scheme that the API serves',
        ids: 'CHAL-1 R11-100',
        resource: { otherSignatureSchemes: ['hwk', 'jwks_uri'] },
        route: { accept: 'agent-token' },
        error: 'invalid_signature',
        requirement: 'agent-token',
        advertise: true,
      },
      'optional-with-empty-field': {
        title: 'An empty signature field is a bad credential and not none',
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
        title: 'A caller without credential on a route for persons is asked for a person token',
        ids: 'SIG-2 CHAL-2 R11-081 R11-141',
        route: { accept: 'person-token' },
        error: 'invalid_signature',
        requirement: 'person-token',
        advertise: true,
      },
      'unsigned-auth-route': {
        title: 'Where draft 11 alone is served, a caller without credential is asked for a person token',
        ids: 'CHAL-2 R11-081',
        resource: { generations: ['person-token'] },
        error: 'invalid_signature',
        requirement: 'person-token',
        advertise: true,
      },
    },
  },
)
