/** What an adapter of a framework needs beside the main entry. Applications do not. */
export { checkRequirement } from '../authorize.ts'
export { assertStillAccepted, bindContent, type ContentBinding, contentBinding } from '../content-binding.ts'
export { type ContentOptions, validateGuardOptions } from '../guard-options.ts'
export { passesPreflight } from '../preflight.ts'
export { demandCheckedContent, readIdentity } from '../read-identity.ts'
export { answerRoutes } from '../routes/answer-routes.ts'
export { answerWellKnown } from '../routes/well-known.ts'
