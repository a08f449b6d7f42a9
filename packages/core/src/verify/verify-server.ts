import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import { verifyIssuerSignature } from '../keys/issuer-signature.ts'
import { within } from '../limits/deadline.ts'
import type { ResourceState } from '../resource/state.ts'
import { memberOf } from '../resource/trust.ts'
import { isTrustedIssuer, keySourceOf } from '../resource/trusted-issuers.ts'
import { signatureBase } from '../signature/base.ts'
import { contentDiffers, matchesDigests, readContentDigest } from '../signature/content-digest.ts'
import { checkCoverage, requiredComponents } from '../signature/coverage.ts'
import { checkFreshness } from '../signature/freshness.ts'
import {
  schemeOf,
  selectSignature,
  signatureBytes,
  type UntrustedSignature,
} from '../signature/select-signature.ts'
import { isServerId } from '../token/identifiers.ts'
import type { IssuerRole, WellKnownDocument } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { noteCaller } from './known-caller.ts'
import { checkTransport } from './transport.ts'
import type { VerifiedServer } from './verified-server.ts'

const scheme = 'jwks_uri'
const unsignedServer =
  'the request is not signed: sign it with a key that the server publishes, and name it in Signature-Key by scheme jwks_uri'
/** Roles that may call a resource; an agent provider revokes at the person server (R11-261). */
const roles: ReadonlyMap<unknown, readonly [IssuerRole, WellKnownDocument]> = new Map([
  ['aauth-person.json', ['person-server', 'aauth-person.json']],
  ['aauth-access.json', ['access-server', 'aauth-access.json']],
] as const)

/**
 * Verifies a request that a person server or access server signed with a key it publishes, and the content it
 * sent (KEY-15, SIG-11; R11-089, R11-099, R11-241, R11-242).
 *
 * @throws {AAuthError} as for an agent; `unsupported_iss` for a caller that is not trusted, before any fetch
 */
export async function verifyServer(
  state: ResourceState,
  request: SignedRequest,
  readContent: () => Promise<Uint8Array>,
): Promise<VerifiedServer> {
  const { settings, keys, platform } = state
  const transport = checkTransport(request, settings)
  if (isUnsigned(request)) {
    throw new AAuthError('invalid_signature', { hint: unsignedServer, advertise: true, scheme })
  }
  const required = requiredComponents(request, ['content-digest', 'content-type'], false)
  const all = [...new Set([...required, 'content-digest', 'content-type'])]
  const signature = selectSignature(request, scheme)
  checkCoverage(signature.components, all, signature.unsupported)
  checkFreshness(signature, settings.now(), settings.signatureWindow)
  const { id, role, dwk, kid } = readCaller(signature)
  const base = signatureBase(signature.components, signature.params, transport, request, all)
  if (!isTrustedIssuer(settings, undefined, role, id)) {
    throw new AAuthError('unsupported_iss', {
      hint: `${quoted(id)} is not trusted as ${role}: list it in "trust.${memberOf[role]}" to accept its requests`,
    })
  }
  await state.selfTested()
  const signed = { kid, signature: signatureBytes(signature), text: base.join(''), legacy: false }
  const source = keySourceOf(settings, { iss: id, role, dwk })
  const found = verifyIssuerSignature(signed, source, keys, platform, 'server')
  const key = await within(state, `the keys of ${id}`, found).catch((fault: unknown) => {
    throw asKeyFault(fault)
  })
  if (key === undefined) {
    throw new AAuthError('invalid_signature', {
      hint: `the signature does not verify with key "${kid}" of ${id}`,
    })
  }
  const digests = readContentDigest(request.header('content-digest'))
  if (digests === undefined || !(await matchesDigests(digests, await readContent(), platform.digest))) {
    throw contentDiffers()
  }
  const server = { id, role }
  noteCaller(request, { state, server })
  return server
}

/** The server that the signature names. A missing or malformed parameter is a fault of the key. */
function readCaller({ key, label }: UntrustedSignature): {
  readonly id: string
  readonly role: IssuerRole
  readonly dwk: WellKnownDocument
  readonly kid: string
} {
  if (schemeOf(key) !== scheme) {
    throw new AAuthError('unsupported_scheme', {
      hint: `${quoted(label)} in Signature-Key does not use scheme ${scheme}: name a published key with it`,
      scheme,
    })
  }
  const [id, document, kid] = ['id', 'dwk', 'kid'].map((name) => {
    const value = key.params.get(name)
    return value?.type === 'string' ? value.value : undefined
  })
  if (!isServerId(id) || document === undefined || kid === undefined || kid === '' || kid.length > 256) {
    throw new AAuthError('invalid_key', {
      hint: 'id, dwk or kid of Signature-Key is missing or malformed: send all three as strings',
    })
  }
  const played = roles.get(document)
  if (played === undefined) {
    throw new AAuthError('unsupported_iss', {
      hint: `dwk of Signature-Key is ${quoted(document)}: only person servers and access servers may call this endpoint`,
    })
  }
  const [role, dwk] = played
  return { id, role, dwk, kid }
}

/** The request has no token that could be invalid, so the fault is that of the key. */
function asKeyFault(fault: unknown): unknown {
  if (!isAAuthError(fault) || fault.code !== 'invalid_jwt') return fault
  return new AAuthError('unknown_key', { hint: fault.hint ?? 'the key could not be fetched' })
}
