import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'

const saying = (said: Record<string, unknown>) => agentToken({ claims: said })

/** Who issued a token, and whether that is anybody to ask. */
export const tokenIssuer = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'issuer-on-the-list': {
        title: 'A token of a listed agent provider is accepted',
        ids: 'JWT-7',
        resource: { trust: { agentProviders: ['https://agent.example'] } },
        auth: planner,
      },
    },
    refuse: {
      'document-with-path': {
        title: 'dwk must be one of three names, without a path',
        ids: 'R11-026 JWT-8 G08',
        token: saying({ dwk: '../aauth-agent.json' }),
        error: 'invalid_jwt',
      },
      'document-of-another-role': {
        title: 'dwk must match the type of the token',
        ids: 'R11-026 JWT-8 G08',
        token: saying({ dwk: 'aauth-person.json' }),
        error: 'invalid_jwt',
      },
      'auth-token-of-an-agent-provider': {
        title: 'An auth token of an agent provider is refused',
        ids: 'JWT-8 AUTH-1',
        route: {},
        token: agentToken({
          header: { typ: 'aa-auth+jwt' },
          lifetime: 3600,
          claims: { aud: 'https://notes.example', ps: 'https://ps.example', scope: 'notes.read' },
        }),
        error: 'invalid_jwt',
      },
      'no-jti': {
        title: 'A token must have a jti',
        ids: 'R11-036 JWT-17',
        token: saying({ jti: undefined }),
        error: 'invalid_jwt',
      },
      'empty-jti': {
        title: 'jti must not be empty',
        ids: 'R11-036 JWT-17',
        token: saying({ jti: '' }),
        error: 'invalid_jwt',
      },
      'unlisted-issuer': {
        title: 'A token of an excluded agent provider is refused without a fetch',
        ids: 'JWT-7',
        resource: { trust: { agentProviders: ['https://other.example'] } },
        error: 'invalid_jwt',
      },
      'role-left-out-of-trust': {
        title: 'A role left out of trust accepts no issuer',
        ids: 'JWT-7',
        resource: { trust: { personServers: 'any' } },
        error: 'invalid_jwt',
      },
      'not-admitted-on-this-route': {
        title: 'The trust of a route narrows that of the resource',
        ids: 'JWT-7',
        route: { accept: 'agent-token', trust: { agentProviders: ['https://other.example'] } },
        error: 'invalid_jwt',
      },
      'issuer-is-the-resource': {
        title: 'A token that the resource issued itself is refused',
        ids: 'JWT-7 I32',
        token: saying({ iss: 'https://notes.example', sub: 'aauth:planner@notes.example' }),
        error: 'invalid_jwt',
      },
    },
  },
)
