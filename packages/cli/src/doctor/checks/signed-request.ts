import { quotedForTerminal } from '../../terminal/shown.ts'
import { codeOf } from '../answer.ts'
import { type Check, finding, type Outcome } from '../check.ts'
import type { Examination } from '../examination.ts'
import { guesses, mostGuesses } from '../guesses.ts'
import { firstSigned, sendSigned, withoutCaller } from '../signed-probe.ts'
import { unverifiedProbe } from '../unverified-probe.ts'

/** Whether a correctly signed request is verified, and if not, what the API received in its place. */
export const signedRequest: Check = {
  name: 'signed request',
  async examine(examination) {
    const missing = await withoutCaller(examination)
    if (missing) return missing
    const { answer, verdict } = await firstSigned(examination)
    const code = quotedForTerminal(codeOf(answer) ?? String(answer.status))
    switch (verdict) {
      case 'verified':
        return []
      case 'clock':
        return { leftOut: 'the clocks are too far apart for any signature' }
      case 'unsigned':
        return { leftOut: 'the signature does not arrive' }
      case 'token':
        return finding(
          'error',
          'caller-refused',
          `The API refuses the token of the caller with ${code}.`,
          'List its issuer in "trust" (for a development world: spread devOptions()), or sign with a token that the API accepts.',
        )
      case 'demands':
        return finding(
          'error',
          'coverage-unclear',
          `The API answers ${code} also once everything is covered that it demands.`,
          'Let the proxy pass Signature-Error of a 401 through, and check "additionalSignatureComponents".',
        )
      case 'blocked':
        return finding(
          'error',
          'signed-request-blocked',
          `A signed request is answered ${code}, and one without a signature gets the challenge.`,
          codeOf(answer) === undefined
            ? 'Let the proxy accept long header lines (16 KiB in all), and exempt the signature fields from its filters.'
            : 'Look into the log of the API: the hint of the refusal says what is wrong.',
        )
      case 'refused':
        return refused(examination)
    }
  },
}

/** Signs what a damaging proxy would make of the request: the guess that is accepted is what the API received. */
async function refused(examination: Examination): Promise<Outcome> {
  const arrival = await unverifiedProbe(examination)
  if (arrival === 'ahead' || arrival === 'changed')
    return { leftOut: 'the API cannot judge a signature, for the reason found before' }
  const tried = guesses(examination.api.target, await examination.metadata()).slice(0, mostGuesses)
  for (const { signed, id, found, remedy } of tried) {
    const { verdict } = await sendSigned(examination, { signed })
    if (verdict === 'verified') return finding('error', id, found, remedy)
  }
  return finding(
    'error',
    'signature-refused',
    `A correctly signed request is answered invalid_signature, and none of ${tried.length} guesses at what a proxy changes explains it.`,
    'Compare method, authority and path in the log of the API with those of the URL: the hint of the refusal names them.',
  )
}
