export { type AuthzenCheck, authzen } from './authzen.ts'
export type { EvaluationEntity, EvaluationProperties, EvaluationRequest } from './evaluation.ts'
export type { AuthzenOptions } from './options.ts'
