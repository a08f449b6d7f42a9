import { createTestNetwork, type SignedMessage, type SignOptions } from '@aauth-guard/testing'
import { inspectCommand } from '../../src/inspect/command.ts'
import { type Captured, runCommand } from '../captured-terminal.ts'

export const now = 1_790_000_000
export const net = await createTestNetwork({ now, resource: 'https://notes.example', seed: 'inspect' })
export const agent = await net.agent()
/** The requests to issuers. */
export const asked: string[] = []

const command = inspectCommand({
  now: net.clock.now,
  fetch: (input, init) => {
    asked.push(String(input))
    return net.fetch(input, init)
  },
})

/** Runs the command at the time of the network. */
export function inspect(args: readonly string[], stdin = ''): Promise<Captured> {
  return runCommand(command, args, stdin)
}

/** A request to the API of the network. */
export function signed(token: string, options: Omit<SignOptions, 'token'> = {}): Promise<SignedMessage> {
  return agent.sign(`${net.resource}/notes`, {}, { ...options, token })
}
