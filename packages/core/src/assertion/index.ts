export {
  type AnonymousAssertion,
  type Assertion,
  type AssertionContent,
  assertionHeader,
  type VerifiedAssertion,
} from './assertion.ts'
export { type AssertionKeys, type AssertionKeysOptions, createAssertionKeys } from './assertion-keys.ts'
export {
  type AssertionMemory,
  type AssertionMemoryOptions,
  createAssertionMemory,
} from './assertion-memory.ts'
export { type AssertionRefusedCode, AssertionRefusedError } from './assertion-refused-error.ts'
export {
  type AssertionClaims,
  type AssertionSigner,
  type AssertionSignerOptions,
  createAssertionSigner,
} from './create-assertion-signer.ts'
export { type AssertedRequest, type VerifyAssertionOptions, verifyAssertion } from './verify-assertion.ts'
