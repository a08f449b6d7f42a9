import type { Misbehaviour } from '@aauth-guard/testing'
import { claims } from '../claim.ts'
import type { Scene } from '../scene.ts'
import { agentToken } from '../tokens.ts'

const providerPublishes =
  (how: Misbehaviour) =>
  ({ agentProvider }: Scene): void =>
    agentProvider.misbehave(how)

const providerAnswers =
  (to: string, status: number) =>
  ({ agentProvider }: Scene): void => {
    const honest = agentProvider.answer.bind(agentProvider)
    agentProvider.answer = (path, signal) =>
      path === to ? new Response('', { status }) : honest(path, signal)
  }

/** From the issuer of a token to its keys. */
export const issuerDocuments = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    refuse: {
      'issuer-without-name': {
        title: 'The metadata of an issuer must have issuer',
        ids: 'R11-027 JWT-9 I08',
        stage: providerPublishes('no-issuer'),
        error: 'issuer_missing',
        mayFetch: true,
      },
      'issuer-of-another-name': {
        title: 'The metadata of an issuer must name the issuer',
        ids: 'R11-028 JWT-9 I08',
        stage: providerPublishes('other-issuer'),
        error: 'issuer_mismatch',
        mayFetch: true,
      },
      'issuer-name-with-slash': {
        title: 'The issuer in the metadata is compared byte for byte',
        ids: 'R11-028 JWT-9 I08',
        stage: providerPublishes('issuer-with-slash'),
        error: 'issuer_mismatch',
        mayFetch: true,
      },
      'metadata-moved': {
        title: 'A redirect of an issuer is not followed',
        ids: 'R11-128 I07',
        stage: providerPublishes('redirect'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'metadata-not-found': {
        title: 'An issuer without metadata is refused',
        ids: 'JWKS-1',
        stage: providerPublishes('not-found'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'metadata-no-json': {
        title: 'Metadata must have a JSON media type',
        ids: 'I13',
        stage: providerPublishes('html'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'metadata-list': {
        title: 'Metadata must be an object',
        ids: 'I13',
        stage: providerPublishes('json-array'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'metadata-encoded': {
        title: 'Metadata must not have a content coding',
        ids: 'I11',
        stage: providerPublishes('content-encoding'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'metadata-ambiguous': {
        title: 'A repeated member of the metadata is refused',
        ids: 'I13',
        stage: providerPublishes('duplicate-members'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'no-jwks-uri': {
        title: 'The metadata of an issuer must have jwks_uri',
        ids: 'R11-129 I10',
        stage: providerPublishes('no-jwks-uri'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'keys-on-another-host': {
        title: 'The keys of an issuer must be on its own host',
        ids: 'R11-128 I06',
        stage: providerPublishes('foreign-jwks-uri'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'keys-without-tls': {
        title: 'The keys of an issuer must be at an https URL',
        ids: 'R11-128 I05',
        stage: providerPublishes('http-jwks-uri'),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'issuer-in-trouble': {
        title: 'An issuer that answers with an error is not a fault of the caller',
        ids: 'R11-130 ERR-7',
        stage: providerPublishes('server-error'),
        error: 'server_error',
        mayFetch: true,
      },
      'issuer-too-busy': {
        title: 'An issuer that answers 429 is not a fault of the caller',
        ids: 'R11-130 ERR-7',
        stage: providerAnswers('/.well-known/aauth-agent.json', 429),
        error: 'server_error',
        mayFetch: true,
      },
      'keys-not-found': {
        title: 'An issuer without keys at its jwks_uri is refused',
        ids: 'JWKS-1',
        stage: providerAnswers('/jwks.json', 404),
        error: 'invalid_jwt',
        mayFetch: true,
      },
      'keys-in-trouble': {
        title: 'Keys that are temporarily unavailable are not a fault of the caller',
        ids: 'R11-130 ERR-7',
        stage: providerAnswers('/jwks.json', 503),
        error: 'server_error',
        mayFetch: true,
      },
      'issuer-unreachable': {
        title: 'An issuer that cannot be reached is not a fault of the caller',
        ids: 'R11-130 ERR-7',
        stage: providerPublishes('unreachable'),
        error: 'server_error',
        mayFetch: true,
      },
    },
  },
)
