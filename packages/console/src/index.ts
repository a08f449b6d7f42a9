export { type Console, type ConsoleOptions, createConsole } from './console.ts'
export type { DecisionExplanation } from './explain/explanations.ts'
export type { AllowConsole } from './http/doors.ts'
export type { Goodbye } from './http/event-stream.ts'
export type {
  ConsolePoint,
  ConsolePointEvent,
  ConsoleRoute,
  ConsoleSeries,
  ConsoleTotals,
} from './state/series.ts'
export type { ConsoleDecision, ConsoleMission, ConsoleState } from './state/state-recorder.ts'
