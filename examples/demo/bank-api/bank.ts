import { randomBytes } from 'node:crypto'
import { createResource, type Requirement, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { type Hold, hold, managedAccess, requireInteraction } from '@aauth-guard/core/managed'
import { type AgentsPage, agentsPage } from './agents-page.ts'

type Options = Pick<ResourceOptions, 'fetch' | 'now' | 'onDecision' | 'signingKey'>

/** A payment that was made. */
export interface Payment {
  readonly to: string
  readonly amount: number
}

/** An API that asks its own customers, and holds payments until they are approved. */
export interface Bank {
  readonly resource: Resource
  readonly readBalance: Requirement<'agent-token', false, 'optional', never>
  readonly payments: Hold
  /** What customers see at https://bank.example/agents. */
  readonly page: AgentsPage
  /** Every payment that was made, in order. */
  readonly ledger: readonly Payment[]
}

export function openBank(options: Options): Bank {
  const resource = createResource({
    issuer: 'https://bank.example',
    trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
    scopes: { 'balance.read': 'Read your balance', 'payments.make': 'Make payments' },
    managed: managedAccess({
      sealingKeys: [{ kid: 'bank-1', key: randomBytes(32) }],
      interaction: { url: 'https://bank.example/agents' },
    }),
    ...options,
  })
  const ledger: Payment[] = []
  return {
    resource,
    readBalance: requireInteraction(
      resource,
      { name: 'balance', accept: 'agent-token', sessions: true },
      { scope: 'balance.read' },
    ),
    payments: hold(
      resource,
      { name: 'payments', scope: 'payments.make' },
      ({ body, auth }) => {
        const payment = JSON.parse(new TextDecoder().decode(body)) as Payment
        ledger.push(payment)
        const paid = { paid: payment.amount, to: payment.to, for: auth.sub, payments: ledger.length }
        return { status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(paid) }
      },
      // The demo ends before anything in its memory can be lost.
      { durability: 'lossy' },
    ),
    page: agentsPage(resource),
    ledger,
  }
}
