import { generateKeyPairSync } from 'node:crypto'
import { type AssertionSigner, createAssertionSigner } from '@aauth-guard/core/assertion'
import { now } from '@aauth-guard/fixtures/world'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export const signer: AssertionSigner = createAssertionSigner({
  issuer: 'https://notes.example',
  key: { ...privateKey.export({ format: 'jwk' }), kid: 'assertions', alg: 'ES256' },
  now: () => now,
})

/** The claims of the assertions among the lines that an upstream got. */
export function readAssertions(request: string): Record<string, unknown>[] {
  return [...request.matchAll(/^aauth-guard-assertion: [^.]*\.([^.]*)\..*\r$/gim)].map(([, claims = '']) =>
    JSON.parse(Buffer.from(claims, 'base64url').toString()),
  )
}
