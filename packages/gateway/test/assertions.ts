import type { AssertionClaims, AssertionSigner } from '../src/proxy/index.ts'

/** Assertions that tests can read. What a real signer makes of the claims is tested where it is. */
export const testSigner: AssertionSigner = {
  keys: '{"keys":[]}',
  sign: async (claims) => Buffer.from(JSON.stringify(claims)).toString('base64url'),
}

/** The assertions among the lines that an upstream got. */
export function readAssertions(request: string): AssertionClaims[] {
  return [...request.matchAll(/^aauth-guard-assertion: (.*)\r$/gim)].map(([, value = '']) =>
    JSON.parse(Buffer.from(value, 'base64url').toString()),
  )
}
