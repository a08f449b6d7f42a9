import type { DecisionEvent } from '@aauth-guard/core'
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'

/** Says on a span what was decided. @param identity whether it also says who called */
export function describeOnSpan(span: Span, event: DecisionEvent, identity: boolean): void {
  const { outcome, code, kind, generation, requirement, request, status = 0 } = event
  span.setAttributes(
    withoutAbsent({
      'aauth.outcome': outcome,
      'aauth.code': code,
      'aauth.token.kind': kind,
      'aauth.generation': generation,
      'aauth.route': requirement,
      // Random. It leads from a trace to the record of the audit log.
      'aauth.request': request,
      ...(identity && identityOf(event)),
    }),
  )
  // A refusal is a request that was served. The hint is left out: it may quote the request.
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR, ...(code && { message: code }) })
}

function identityOf({ issuer, agent, mission, person, personScope }: DecisionEvent): Attributes {
  const isHashed = personScope !== undefined && personScope !== 'raw'
  return {
    'aauth.issuer': issuer,
    'aauth.agent': agent,
    'aauth.mission.approver': mission?.approver,
    'aauth.mission.s256': mission?.s256,
    ...(isHashed && { 'aauth.person': person, 'aauth.person.scope': personScope }),
  }
}

function withoutAbsent(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
