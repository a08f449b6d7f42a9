import type { Sample, Signed } from './sample.ts'

/** One way to verify signatures. */
export interface Verifier {
  /** With the version of the package. */
  readonly name: string
  /** Whether the signature is one of the message, under the key of the sample that the verifier was made for. */
  readonly verify: (signed: Signed) => boolean | Promise<boolean>
  /** Set if it verifies the JWT of the sample, whatever it is passed. */
  readonly input?: 'jwt' | undefined
}

/** Makes a verifier for the key of a sample; `undefined` if it does not know the algorithm or is not installed. */
export type MakeVerifier = (sample: Sample) => Promise<Verifier | undefined>
