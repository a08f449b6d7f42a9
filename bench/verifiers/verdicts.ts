import { badSignatures } from '../../packages/core/src/platform/known-signatures.ts'
import { forms, type Sample, type Signed } from './sample.ts'
import type { MakeVerifier, Verifier } from './verifier.ts'

/** @throws {Error} if it refuses a signature of the sample, or accepts one with a flipped bit */
export async function assertVerifies(verifier: Verifier, { signed: [one] }: Sample): Promise<void> {
  const { message, signature } = one as Signed
  if (!(await verifier.verify({ message, signature })))
    throw new Error(`${verifier.name} refuses a signature`)
  if (verifier.input !== undefined) return
  const flipped = Buffer.from(signature)
  flipped[40] = (flipped[40] as number) ^ 1
  if (await isAccepted(verifier, { message, signature: flipped }))
    throw new Error(`${verifier.name} accepts a signature with a flipped bit`)
}

/** Which bad signatures each implementation of Ed25519 accepts. */
export async function wrongVerdicts(makers: readonly MakeVerifier[]): Promise<readonly string[]> {
  const faults = new Map<string, string[]>()
  for (const { fault, jwk, signature, text } of badSignatures) {
    const signed = { message: Buffer.from(text), signature: Buffer.from(signature, 'base64url') }
    for (const make of makers) {
      // Some refuse the key itself.
      const verifier = await make(forms('Ed25519', jwk)).catch(() => undefined)
      if (verifier === undefined || verifier.input !== undefined) continue
      if (await isAccepted(verifier, signed))
        faults.set(verifier.name, [...(faults.get(verifier.name) ?? []), fault])
    }
  }
  return [...faults].map(([name, accepted]) => `${name} accepts ${accepted.join(', and ')}`)
}

async function isAccepted({ verify }: Verifier, signed: Signed): Promise<boolean> {
  try {
    return await verify(signed)
  } catch {
    return false
  }
}
