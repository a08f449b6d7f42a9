import type { AAuthErrorCode, Auth, DecisionEvent } from '@aauth-guard/core'
import type { RecordedRequest } from '../recording/recording.ts'
import { utcTime } from '../terminal/relative-time.ts'
import { shown } from '../terminal/shown.ts'
import type { Decision } from './decide.ts'
import type { Step } from './explain.ts'
import type { TimeOfDecision } from './time-of-decision.ts'

/** A decision and its steps, as JSON. */
export interface Report {
  readonly outcome: DecisionEvent['outcome']
  readonly request: { readonly method: string; readonly target: string }
  readonly time: TimeOfDecision & { readonly utc: string }
  /** What the agent is told. */
  readonly status?: number
  readonly code?: AAuthErrorCode
  readonly detail?: string
  readonly steps: readonly Step[]
  readonly auth?: Auth
}

export function reportOf(
  { method, target }: RecordedRequest,
  time: TimeOfDecision,
  { outcome, refusal, auth }: Decision,
  steps: readonly Step[],
): Report {
  return {
    outcome,
    request: { method, target },
    time: { ...time, utc: utcTime(time.seconds) },
    ...(refusal && { status: refusal.status, code: refusal.code, detail: refusal.message }),
    steps,
    ...(auth && { auth }),
  }
}

/** A report as lines for a person. */
export function reportText({ outcome, request, time, status, code, detail, steps, auth }: Report): string {
  const told = status === undefined ? [] : [`The agent is told: ${status} ${code}. ${detail}`]
  const length = (member: 'name' | 'state'): number => Math.max(...steps.map((step) => step[member].length))
  const [names, states] = [length('name'), length('state')]
  return [
    `${outcome}: ${shown(`${request.method} ${request.target}`)}`,
    `Decided as of ${time.utc}, by ${time.source}.`,
    ...told,
    '',
    ...steps.map(({ name, state, text }) =>
      `  ${state.padEnd(states)}  ${name.padEnd(names)}  ${shown(text)}`.trimEnd(),
    ),
    ...(auth === undefined ? [] : ['', ...callerLines(auth)]),
  ].join('\n')
}

function callerLines({ type, agent, sub, ps, scopes, mission }: Auth): readonly string[] {
  const members = {
    agent,
    person:
      type === 'agent-token' || sub === undefined
        ? undefined
        : `${sub}${ps === undefined ? '' : ` at ${ps}`}`,
    scopes: scopes.length === 0 ? undefined : scopes.join(' '),
    mission: mission && `${mission.s256}, approved by ${mission.approver}`,
  }
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(8)} ${shown(value)}`],
  )
}
