/** What an adapter of a framework needs beside the main entry. Applications do not. */
export { Stamp } from '../assert/stamp.ts'
export { accessFieldsFor } from '../authorize/access-fields-for.ts'
export { authorizeNow, validateRequirement } from '../authorize/authorize.ts'
export {
  assertStillAccepted,
  bindContent,
  bindDigests,
  type ContentBinding,
  contentBinding,
} from '../authorize/content.ts'
export { type ContentOptions, validateGuardOptions } from '../authorize/guard-options.ts'
export { assertHeldEndpoint, type HeldEndpoint } from '../authorize/held-endpoint.ts'
export { hasListedIssuer } from '../authorize/issuer-listed.ts'
export { passesPreflight } from '../authorize/preflight.ts'
export { privateFieldsFor } from '../authorize/private-fields-for.ts'
export { asAuth, assertContentChecked, readCaller, readIdentity } from '../authorize/read-identity.ts'
export { type Standing, standingOf } from '../authorize/standing.ts'
export { asksPerson } from '../resource/asks-person.ts'
export { type MemoryStores, memoryStores } from '../resource/memory-stores.ts'
export { strippedPrefixOf } from '../resource/stripped-prefix-of.ts'
export { answerRoutes } from '../routes/answer-routes.ts'
export { answerWellKnown } from '../routes/well-known.ts'
export { type JsonObject, parseJsonObject } from '../token/json.ts'
