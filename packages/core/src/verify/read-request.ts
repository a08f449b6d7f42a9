import { AAuthError } from '../errors/aauth-error.ts'
import type { UntrustedIssuer } from '../keys/refused-tokens.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { type SignatureBase, signatureBase } from '../signature/base.ts'
import { checkCoverage, requiredComponents } from '../signature/coverage.ts'
import { checkFreshness } from '../signature/freshness.ts'
import {
  type SignatureStatement,
  schemeOf,
  selectSignature,
  type UntrustedSignature,
} from '../signature/select-signature.ts'
import type { FormedSignature } from '../signature/signature-forms.ts'
import { quoted } from '../wire/quoted.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { checkTransport, type Transport } from './transport.ts'
import { unsignedChallenge } from './unsigned-challenge.ts'

/** A request as it was received. None of it is verified. */
export interface UntrustedRequest {
  readonly transport: Transport
  readonly signature: SignatureStatement
  /** The signature base that must have been signed. */
  readonly base: SignatureBase
  /** The token, undecoded. */
  readonly tokenText: string
  /** The same token, if it was verified before and its keys are current. Whether the caller holds its key is open. */
  readonly known: VerifiedToken | undefined
  /** What the same token says of its issuer, if it was refused for its issuer before. */
  readonly refused: UntrustedIssuer | undefined
  /** The signature, if its form is not known yet. */
  readonly unknownForm: UntrustedSignature | undefined
}

/**
 * The steps that do not need cryptography or I/O, cheapest first, so that a malformed or stale request is refused within
 * microseconds (draft 11 §11.3.4, steps 1 to 4).
 * @throws {AAuthError}
 */
export function readRequest(
  state: ResourceState,
  request: SignedRequest,
  requirement: CompiledRequirement,
  now: number,
): UntrustedRequest {
  const { settings } = state
  const transport = checkTransport(request, settings)
  if (isUnsigned(request)) throw unsignedChallenge(settings, requirement, request)
  const formed = state.forms.read(request)
  const known = formed && state.tokens.get(formed.tokenText, now)
  const refused = formed && known === undefined ? state.refusedTokens.get(formed.tokenText, now) : undefined
  const isRead =
    known !== undefined || refused !== undefined || (formed !== undefined && isToken.test(formed.tokenText))
  const selected = isRead ? undefined : selectSignature(request)
  const signature = selected ?? (formed as FormedSignature)
  const { components, unsupported, params, hasNonce } = signature
  const required = requiredFor(state, request, requirement, hasNonce)
  checkCoverage(components, required, unsupported)
  checkFreshness(signature, now, settings.signatureWindow)
  const tokenText = selected === undefined ? (formed as FormedSignature).tokenText : readTokenText(selected)
  const checked = isRead ? 'signature-key' : undefined
  return {
    transport,
    signature,
    base: signatureBase(components, params, transport, request, required, checked),
    tokenText,
    known: known ?? (selected && state.tokens.get(tokenText, now)),
    refused,
    unknownForm: selected,
  }
}

/** Nothing that would end a quoted string, or stand for something else in it. */
const isToken = /^[A-Za-z0-9_.-]+$/

/** The complete list of components for this request on this route. */
export function requiredFor(
  { settings, hasMissionHeader }: ResourceState,
  request: SignedRequest,
  { components, singleUse }: CompiledRequirement,
  nonce: boolean,
): readonly string[] {
  const resourceWide = settings.additionalSignatureComponents
  const demanded = components.length === 0 ? resourceWide : [...resourceWide, ...components]
  const required = requiredComponents(request, demanded, hasMissionHeader)
  // Even if the content is empty, since something must distinguish one request from the next.
  const digest = singleUse && !nonce && !required.includes('content-digest')
  return digest ? [...required, 'content-digest'] : required
}

/** KEY-1, KEY-3, KEY-4. */
function readTokenText({ label, key }: UntrustedSignature): string {
  if (schemeOf(key) !== 'jwt')
    throw new AAuthError('unsupported_scheme', {
      hint: `${quoted(label)} in Signature-Key does not use scheme jwt: write jwt;jwt="…"`,
    })
  const jwt = key.params.get('jwt')
  if (jwt?.type !== 'string')
    throw new AAuthError('invalid_jwt', {
      hint: 'the parameter jwt of Signature-Key is missing or not a string: write jwt;jwt="…"',
    })
  return jwt.value
}
