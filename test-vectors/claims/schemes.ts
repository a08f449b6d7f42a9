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
        title: 'The parameter cache is ignored',
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
        title: 'An unknown scheme is refused, and the answer lists the accepted ones',
        ids: 'KEY-3 R11-098',
        send: { mistake: 'unknown-scheme' },
        error: 'unsupported_scheme',
      },
      'bare-key-scheme': {
        title: 'A bare key is not accepted in place of a token',
        ids: 'KEY-1 R11-098',
        send: { mistake: 'hwk-scheme' },
        error: 'unsupported_scheme',
      },
      'cached-scheme': {
        title: 'The scheme cached is refused',
        ids: 'KEY-3 R11-131',
        send: { mistake: 'cached-scheme' },
        error: 'unsupported_scheme',
      },
      'scheme-as-string': {
        title: 'A scheme must be a Token and not a String',
        ids: 'B02',
        send: { wire: field('signature-key', (value) => value.replace('=jwt;', '="jwt";')) },
        error: 'unsupported_scheme',
      },
      'no-token': {
        title: 'The scheme jwt must have a token',
        ids: 'KEY-4',
        send: { mistake: 'no-token' },
        error: 'invalid_jwt',
      },
      'token-no-string': {
        title: 'The token must be a String of structured fields',
        ids: 'KEY-4 B01',
        send: { mistake: 'token-as-sf-token' },
        error: 'invalid_jwt',
      },
    },
  },
)
