import { type Answer, type HeaderLine, requiredInputOf } from './answer.ts'
import { type SignedParts, signAs, signAsNobody } from './caller.ts'
import type { LeftOut } from './check.ts'
import { type Examination, unguarded } from './examination.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** What is sent, and what is signed where that differs. */
export interface SignedProbe {
  readonly method?: 'GET' | 'HEAD'
  /** Path and query that are sent; default those of the URL. */
  readonly target?: string
  readonly lines?: readonly HeaderLine[]
  readonly cover?: readonly string[]
  readonly signed?: { readonly method?: string; readonly authority?: string; readonly target?: string }
  /** Seconds ahead of this clock. */
  readonly ahead?: number
}

/** How a signed request was answered. */
export interface SignedOutcome {
  readonly answer: Answer
  readonly verdict: Verdict
}

const emptyDigest: HeaderLine = ['content-digest', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:']

/** Sends a request signed by the caller. What the API demands to be covered is covered. */
export async function sendSigned(examination: Examination, probe: SignedProbe = {}): Promise<SignedOutcome> {
  const { caller } = examination.api
  if (caller === undefined) throw new TypeError('nobody signs')
  const answer = await sendCovering(examination, probe, (parts) => signAs(caller, parts))
  return { answer, verdict: verdictOf(answer) }
}

/** Sends a request whose signature no API accepts. */
export function sendAsNobody(examination: Examination, probe: SignedProbe = {}): Promise<Answer> {
  return sendCovering(examination, probe, signAsNobody)
}

/** The lines of a request signed by the caller, for a transport of its own. */
export async function signedLines(examination: Examination): Promise<readonly HeaderLine[]> {
  const { caller } = examination.api
  if (caller === undefined) throw new TypeError('nobody signs')
  return signAs(caller, partsOf(examination, {}, await demanded(examination)))
}

/** The plain request of the URL, signed: what every check of a verified caller begins with. */
export function firstSigned(examination: Examination): Promise<SignedOutcome> {
  return examination.once('signed', () => sendSigned(examination))
}

/** Why nothing can be signed for this URL; `undefined` where it can. */
export async function withoutCaller(examination: Examination): Promise<LeftOut | undefined> {
  if (examination.api.caller === undefined)
    return { leftOut: 'they need a verified caller: pass --as AGENT, or --key and --agent-token' }
  return (await examination.isGuarded()) ? undefined : { leftOut: unguarded }
}

/** Why a check cannot build on a verified request; `undefined` where it can. */
export async function unverified(examination: Examination): Promise<LeftOut | undefined> {
  const missing = await withoutCaller(examination)
  if (missing) return missing
  const { verdict } = await firstSigned(examination)
  return verdict === 'verified' ? undefined : { leftOut: 'the API did not verify the plain signed request' }
}

async function demanded(examination: Examination): Promise<readonly string[]> {
  if (examination.demanded) return examination.demanded
  const { additional_signature_components: published } = await examination.metadata()
  // A header field counts only where it is sent, so it waits for the demand.
  return Array.isArray(published)
    ? published.filter((name): name is string => typeof name === 'string' && name.startsWith('@'))
    : []
}

async function sendCovering(
  examination: Examination,
  probe: SignedProbe,
  sign: (parts: SignedParts) => Promise<readonly HeaderLine[]>,
): Promise<Answer> {
  const { method, target } = probe
  const send = async (cover: readonly string[]): Promise<Answer> => {
    const lines = await sign(partsOf(examination, probe, cover))
    return examination.api.prober.send({ ...(method && { method }), ...(target && { target }), lines })
  }
  const cover = await demanded(examination)
  const answer = await send(cover)
  const required = requiredInputOf(answer)
  if (required.length === 0 || examination.demanded) return answer
  examination.demanded = [...cover, ...required]
  return send(examination.demanded)
}

function partsOf(examination: Examination, probe: SignedProbe, required: readonly string[]): SignedParts {
  const { target, now } = examination.api
  const { method = 'GET', lines = [], cover = [], signed = {}, ahead = 0 } = probe
  const digest = [...required, ...cover].includes('content-digest')
  return {
    method: signed.method ?? method,
    authority: signed.authority ?? target.authority,
    target: signed.target ?? probe.target ?? target.requestTarget,
    lines: digest ? [...lines, emptyDigest] : lines,
    cover: [...required, ...cover],
    created: Math.floor(now() / 1000) + ahead,
  }
}
