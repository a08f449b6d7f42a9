import { signDraft } from '@aauth-guard/testing'
import { claims } from '../claim.ts'
import { base, planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'
import { field } from '../wire.ts'

/** The scheme under which the token comes. */
export const schemes = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'cache-parameter': {
        title: 'The parameter cache asks for what nobody has to do',
        ids: 'KEY-5 R11-131 B14',
        send: {
          byHand: ({ agent }, jwt) =>
            signDraft({
              method: 'GET',
              authority: 'notes.example',
              target: '/notes',
              headers: [],
              label: 'sig',
              components: base.map((name) => ({ name })),
              params: { created: now },
              scheme: 'jwt',
              schemeParams: { jwt, cache: true },
              key: agent.key,
            }),
        },
        auth: planner,
      },
    },
    refuse: {
      'unknown-scheme': {
        title: 'A scheme nobody registered is refused, and the caller is told what is accepted',
        ids: 'KEY-3 R11-098',
        send: { mistake: 'unknown-scheme' },
        error: 'unsupported_scheme',
      },
      'bare-key-scheme': {
        title: 'A bare key is not a token',
        ids: 'KEY-1 R11-098',
        send: { mistake: 'hwk-scheme' },
        error: 'unsupported_scheme',
      },
      'cached-scheme': {
        title: 'A verifier that caches no keys for its callers refuses the scheme cached',
        ids: 'KEY-3 R11-131',
        send: { mistake: 'cached-scheme' },
        error: 'unsupported_scheme',
      },
      'scheme-as-string': {
        title: 'A scheme is a token and no string',
        ids: 'B02',
        send: { wire: field('signature-key', (value) => value.replace('=jwt;', '="jwt";')) },
        error: 'unsupported_scheme',
      },
      'no-token': {
        title: 'The scheme jwt comes with a token',
        ids: 'KEY-4',
        send: { mistake: 'no-token' },
        error: 'invalid_jwt',
      },
      'token-no-string': {
        title: 'The token is a string of structured fields',
        ids: 'KEY-4 B01',
        send: { mistake: 'token-as-sf-token' },
        error: 'invalid_jwt',
      },
    },
  },
)
