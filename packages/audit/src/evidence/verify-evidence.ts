import { createHash, createPublicKey, verify } from 'node:crypto'
import type { DecisionEvent } from '@aauth-guard/core'
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import type { KeptEvidence } from './entries.ts'

/** Algorithms of tokens. */
const algorithms: readonly string[] = ['EdDSA', 'Ed25519', 'ES256']
/** Seconds by which clocks may differ. */
const tolerance = 60

interface Claims {
  readonly iss?: unknown
  readonly jti?: unknown
  readonly exp?: unknown
  readonly iat?: unknown
  readonly agent?: unknown
  readonly sub?: unknown
  readonly ps?: unknown
  readonly mission?: { readonly approver?: unknown; readonly s256?: unknown }
  readonly mission_s256?: unknown
  readonly cnf?: { readonly jwk?: JWK }
}

/**
 * Verifies signature and token once more, with the keys and by the time that were recorded, and that the decision is about
 * them.
 * @returns what does not hold
 */
export async function evidenceFaults(
  event: DecisionEvent,
  evidence: KeptEvidence,
  keys: unknown,
): Promise<readonly string[]> {
  const token = await verifiedClaims(evidence, keys)
  if (typeof token === 'string') return [token]
  const { cnf } = token
  if (cnf?.jwk === undefined) return ['the token does not name the key of the agent']
  const faults = [
    signatureFault(evidence, cnf.jwk),
    ...timeFaults(event, evidence, token),
    ...differences(event, evidence, token, cnf.jwk),
    ...subjectDifferences(event, token, decodeProtectedHeader(evidence.token).typ),
  ]
  return faults.filter((fault) => fault !== undefined)
}

async function verifiedClaims({ token }: KeptEvidence, keys: unknown): Promise<Claims | string> {
  try {
    const { alg = '', kid } = decodeProtectedHeader(token)
    if (!algorithms.includes(alg)) return `the token has algorithm ${JSON.stringify(alg)}`
    const fitting = (Array.isArray(keys) ? (keys as JWK[]) : []).filter((key) => key.kid === kid)
    for (const key of fitting) {
      const result = await importJWK(key, alg)
        .then((imported) => compactVerify(token, imported, { algorithms: [...algorithms] }))
        .catch(() => undefined)
      if (result) return JSON.parse(new TextDecoder().decode(result.payload)) as Claims
    }
    return fitting.length === 0
      ? `the recorded keys of the issuer have none with "kid" ${JSON.stringify(kid)}`
      : 'the token was not signed by the recorded key of the issuer'
  } catch {
    return 'the token cannot be read'
  }
}

function signatureFault({ base, signature }: KeptEvidence, jwk: JWK): string | undefined {
  try {
    const key = createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' })
    const octets = Buffer.from(signature, 'base64url')
    const text = Buffer.from(base, 'utf8')
    const isValid =
      jwk.kty === 'EC'
        ? verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, octets)
        : verify(null, text, key, octets)
    return isValid ? undefined : 'the signature of the request does not verify with the key of the token'
  } catch {
    return 'the key of the token cannot be used'
  }
}

function timeFaults(
  event: DecisionEvent,
  { base, verifiedAt }: KeptEvidence,
  { exp, iat }: Claims,
): string[] {
  const faults: string[] = []
  // What is decided late, such as a step-up, was verified before.
  const isFirst = event.point === 'guard' && event.outcome === 'accepted'
  if (isFirst && typeof exp === 'number' && exp < verifiedAt - tolerance)
    faults.push('the token had expired when it was accepted')
  if (typeof iat === 'number' && iat > verifiedAt + tolerance) faults.push('the token was issued later')
  const created = numberBehind(base.slice(base.lastIndexOf('\n') + 1), ';created=')
  if (created === undefined) faults.push('the signature does not say when it was made')
  else if (created > verifiedAt + tolerance) faults.push('the signature was made later')
  return faults
}

/** What the decision says and its evidence does not. */
function differences(
  event: DecisionEvent,
  { base, token, issuer }: KeptEvidence,
  claims: Claims,
  jwk: JWK,
): (string | undefined)[] {
  const lines = new Map(base.split('\n').map((line) => cut(line, ': ')))
  const path = lines.get('"@path"') ?? event.path
  return [
    claims.iss === issuer && issuer === event.issuer ? undefined : 'the issuer is not that of the decision',
    claims.jti === event.jti ? undefined : '"jti" is not that of the decision',
    claims.exp === event.exp ? undefined : '"exp" is not that of the decision',
    thumbprintOf(jwk) === event.thumbprint ? undefined : 'the key is not that of the decision',
    lines.get('"@method"') === event.method ? undefined : 'the method is not that of the decision',
    isSamePath(path, event.path) ? undefined : 'the path is not that of the decision',
    lines.get('"signature-key"')?.includes(token) ? undefined : 'the signature does not cover the token',
  ]
}

const kinds: ReadonlyMap<unknown, DecisionEvent['kind']> = new Map([
  ['aa-agent+jwt', 'agent-token'],
  ['aa-person+jwt', 'person-token'],
  ['aa-auth+jwt', 'auth-token'],
] as const)

/** What the decision says of the agent and its mission, and the token does not. */
function subjectDifferences(
  { kind, agent, mission }: DecisionEvent,
  claims: Claims,
  typ: unknown,
): (string | undefined)[] {
  const named = kind === 'agent-token' ? claims.sub : claims.agent
  // A person token of draft 11 is about a mission of its issuer.
  const { approver, s256 } = claims.mission ?? {
    approver: claims.ps ?? claims.iss,
    s256: claims.mission_s256,
  }
  const isSameMission = mission?.s256 === s256 && (mission === undefined || mission.approver === approver)
  return [
    kind === kinds.get(typ) ? undefined : 'the kind of the token is not that of the decision',
    agent === named ? undefined : 'the agent is not that of the decision',
    isSameMission ? undefined : 'the mission is not that of the decision',
  ]
}

/** A proxy may have removed a prefix, and a long path is cut in the event. */
function isSamePath(signed: string, recorded: string): boolean {
  return (
    signed.endsWith(recorded) ||
    recorded.endsWith(signed) ||
    (recorded.length >= 1024 && signed.includes(recorded))
  )
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function numberBehind(text: string, name: string): number | undefined {
  const at = text.indexOf(name)
  if (at === -1) return undefined
  const number = Number.parseInt(text.slice(at + name.length, at + name.length + 15), 10)
  return Number.isNaN(number) ? undefined : number
}

/** RFC 7638. */
function thumbprintOf({ kty, crv, x, y }: JWK): string {
  const members = kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
