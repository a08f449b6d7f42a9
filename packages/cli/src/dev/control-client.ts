import { Agent, request } from 'node:http'
import type { JWK } from 'jose'
import type { ControlAccess } from './control-file.ts'

/** What a command may ask of a running world. Each is a POST of JSON to `/control/NAME` with the secret. */
export interface ControlCalls {
  /** Has the agent provider issue an agent token for a key; the same name is the same agent. */
  agent: {
    readonly asks: { readonly name: string; readonly jwk: JWK }
    readonly gets: { readonly agent: string; readonly agent_token: string; readonly person_server: string }
  }
  /** Lets an API on this machine, such as `http://localhost:3000`, ask the person server for tokens. */
  app: { readonly asks: { readonly origin: string }; readonly gets: Record<string, never> }
  /** Decides in place of the person. `scopes` narrows what is approved. */
  decision: {
    readonly asks: {
      readonly code: string
      readonly decision: 'approve' | 'deny'
      readonly scopes?: readonly string[]
    }
    readonly gets: Record<string, never>
  }
  /** A mission that the person approves at once. */
  mission: {
    readonly asks: { readonly agent: string; readonly description: string }
    readonly gets: { readonly approver: string; readonly s256: string }
  }
}

/** Calls the control of a world. @throws {Error} with what the world answered */
export async function callControl<Name extends keyof ControlCalls>(
  { url, secret }: ControlAccess,
  name: Name,
  body: ControlCalls[Name]['asks'],
): Promise<ControlCalls[Name]['gets']> {
  const { status, text } = await post(new URL(`/control/${name}`, url), secret, JSON.stringify(body))
  const answered = parsed(text)
  if (status !== 200) throw new Error(`${url} answered ${status}: ${answered.error ?? 'no reason given'}`)
  return answered as ControlCalls[Name]['gets']
}

/** By an agent of its own: no proxy of the environment gets the secret. */
function post(
  url: URL,
  secret: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: new Agent(), headers })
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (part) => {
        text += part
      })
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
    })
    sent.end(body)
  })
}

function parsed(text: string): { readonly error?: string } {
  try {
    return JSON.parse(text) as { readonly error?: string }
  } catch {
    return {}
  }
}
