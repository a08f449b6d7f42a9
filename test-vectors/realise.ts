import type { SignedMessage } from '@aauth-guard/testing'
import type { AcceptClaim, Earlier, Placed, RefuseClaim, Sending } from './claim.ts'
import { isSignatureError, statusOf } from './codes.ts'
import { base, notes } from './identities.ts'
import { resourceKey } from './keys.ts'
import { documentsOf, makeScene, now, resourceId, type Scene } from './scene.ts'
import type { Accepted, Refused, RequestData, Step, Vector } from './vector.ts'

/** Makes a vector of a claim: everybody plays their part, and what they say and publish is written down. */
export async function realise(placed: Placed): Promise<Vector> {
  const claim = 'accept' in placed ? placed.accept : placed.refuse
  const scene = await makeScene(claim.agent)
  claim.stage?.(scene)
  const token = claim.token ? await claim.token(scene) : undefined
  const message = await send(scene, token, claim.send)
  const before = await Promise.all((claim.before ?? []).map((earlier) => stepOf(scene, token, earlier)))
  const expected =
    'accept' in placed ? accepted(scene, placed.accept) : refused(scene, placed.refuse, token ?? '')
  const needsKey = 'refuse' in placed && placed.refuse.resourceToken !== undefined
  return {
    $schema: '../../schema.json',
    name: placed.name,
    title: claim.title,
    ids: claim.ids.split(' '),
    generation: placed.generation,
    now,
    resource: { ...notes, ...claim.resource, ...(needsKey && { signingKey: resourceKey }) },
    route: claim.route ?? {},
    issuers: await published(scene),
    before,
    request: requestOf(message, claim.send),
    base: message.base === '' ? null : message.base,
    expected,
  }
}

async function send(scene: Scene, token: string | undefined, sending: Sending = {}): Promise<SignedMessage> {
  const {
    url = `${resourceId}/notes`,
    method = 'GET',
    headers = {},
    body,
    hosts,
    wire,
    streamed,
    byHand,
    ...sign
  } = sending
  if (byHand !== undefined) return byHand(scene, token ?? '')
  const content = typeof body === 'object' ? body.octet.repeat(body.times) : body
  const message: SignedMessage =
    token === undefined
      ? {
          method,
          url,
          target: url.replace(/^https:\/\/[^/]+/, ''),
          headers: Object.entries(headers),
          base: '',
        }
      : await scene.agent.sign(
          url,
          { method, headers, ...(content !== undefined && { body: content }) },
          { ...sign, token },
        )
  return wire ? wire(message) : message
}

function requestOf(message: SignedMessage, { body, hosts, streamed }: Sending = {}): RequestData {
  const authority = /^https:\/\/([^/?#]+)/.exec(message.url)?.[1] ?? ''
  const hostLines = (hosts ?? [authority]).map((host) => ['host', host] as const)
  return {
    method: message.method,
    target: message.target,
    headers: [...hostLines, ...message.headers],
    body:
      typeof body === 'object' ? body : message.body ? Buffer.from(message.body).toString('base64') : null,
    ...(streamed && { streamed }),
  }
}

async function stepOf(scene: Scene, token: string | undefined, earlier: Earlier): Promise<Step> {
  if ('revoked' in earlier) return { revoke: { ...earlier.revoked, exp: now + 3600 } }
  if ('ended' in earlier) return { terminate: earlier.ended }
  const { accepted, at } = earlier
  return {
    accepted: requestOf(await send(scene, token, accepted), accepted),
    ...(at !== undefined && { at }),
  }
}

async function published(scene: Scene): Promise<Vector['issuers']> {
  const { agent, agentProvider, personServer, accessServer } = scene
  const issuers = new Set([agentProvider, personServer, accessServer, agent.provider])
  const entries = [...issuers].map(async (issuer) => [issuer.id, await documentsOf(issuer)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

function accepted({ agent }: Scene, { auth }: AcceptClaim): Accepted {
  if (auth === null) return { verdict: 'accept', auth }
  const lifetime = auth.type === 'agent-token' ? 86_400 : 3600
  const everybody = { thumbprint: agent.key.thumbprint, jti: 'id-1', exp: now + lifetime, covered: base }
  return { verdict: 'accept', auth: { ...everybody, ...auth } }
}

function refused({ agent }: Scene, claim: RefuseClaim, token: string): Refused {
  const {
    error,
    requiredInput,
    requirement,
    resourceToken,
    terminationReason,
    advertise,
    mayFetch = false,
  } = claim
  const status = statusOf[error]
  const signatureError = isSignatureError(error)
  const required = requiredInput?.map((name) => `"${name}"`).join(' ')
  const headers: Refused['headers'] = {
    ...(signatureError && {
      'signature-error': `error=${error}${required === undefined ? '' : `, required_input=(${required})`}`,
    }),
    ...(requirement && { 'aauth-requirement': `requirement=${requirement}` }),
    ...(resourceToken && {
      'aauth-requirement': {
        requirement: 'auth-token',
        resourceToken: {
          header: { typ: 'aa-resource+jwt', alg: 'Ed25519', kid: resourceKey.kid },
          claims: {
            iss: resourceId,
            dwk: 'aauth-resource.json',
            iat: now,
            exp: Math.min(now + 300, expiryOf(token)),
            agent_jkt: agent.key.thumbprint,
            ...resourceToken,
          },
        },
      },
    }),
    ...((advertise || error === 'unsupported_scheme') && {
      'accept-signature-scheme': ['jwt', ...(claim.resource?.otherSignatureSchemes ?? [])].join(', '),
    }),
    ...((advertise || error === 'unsupported_algorithm') && { 'accept-signature-alg': 'Ed25519, ES256' }),
  }
  return {
    verdict: 'refuse',
    status,
    headers,
    body: {
      ...(signatureError && { type: `urn:ietf:params:sig-error:${error}` }),
      error,
      ...(error === 'mission_terminated' && { mission_status: 'terminated' as const }),
      ...(terminationReason !== undefined && { termination_reason: terminationReason }),
    },
    ...([429, 503].includes(status) && { retryAfter: true as const }),
    mayFetch,
  }
}

function expiryOf(token: string): number {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).exp as number
}
