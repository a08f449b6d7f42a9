import type { Command } from '../command.ts'
import { callApi } from './call-api.ts'
import { type Clock, systemClock } from './clock.ts'
import { assertFitsInCommand, curlLine } from './curl-line.ts'
import { FetchFailure } from './failure.ts'
import { readOptions } from './options.ts'
import { printJson, reportAnswer, reportFailure } from './report.ts'
import { named, Trace } from './trace.ts'

const help = `aauth fetch URL [OPTIONS]

Calls an API as an agent: signs the request, and brings the tokens that the API asks for. The agent is one of the
world of \`aauth dev\`, which lets the API ask for tokens. The body of the last answer is printed.

  -X, --request METHOD    default GET, or POST with -d
  -d, --data DATA         text, @FILE, or - for stdin; sent as JSON where it is JSON, else as a form
  -H, --header 'N: V'     may be repeated
      --as NAME           name of the agent; default cli
      --scope SCOPES      asks the API for these scopes first, and with --approve approves no others
      --mission TEXT      proposes a mission and calls under it; or the digest of one that was approved
      --approve           decides for the person; only in the world of aauth dev
      --answer TEXT       answers what the person asks at the API; may be repeated; default the terminal is read
      --no-open           opens no page: the address is printed only
      --max-time SECONDS  gives up after so many
  -v, --verbose           shows each request and its answer
      --curl              prints a curl command in place of sending the last request; requests before it are sent
      --json              prints one line: {"status", "headers", "body", "hops": [{"method", "url", "status",
                          "requirement", "token", "session"}]}; without a response {"error", "hops"}
      --show-secrets      shows tokens whole
      --key FILE          private key as a JWK; default a new one, kept in memory only
      --agent-token FILE  the token of an agent elsewhere, bound to --key; no world is needed then
      --dev URL           which world, where several run; default that of AAUTH_DEV, or the only one

An API may let the call wait: for a person, of whose page the address is printed, or for an auth token. It is polled for
ten minutes, or --max-time. Tokens and session values are kept in memory only.

Redirects are not followed. Plain http goes to this machine only.

Example:
  npx @aauth-guard/cli fetch http://localhost:3000/notes -v
  npx @aauth-guard/cli fetch http://localhost:3000/notes -d '{"text":"Buy milk"}' --mission "Shopping" --approve`

/** The command, with a clock of its own for tests. */
export function fetchCommand(clock: Clock): Command {
  return {
    help,
    options: {
      request: { type: 'string', short: 'X' },
      data: { type: 'string', short: 'd' },
      header: { type: 'string', short: 'H', multiple: true },
      as: { type: 'string' },
      scope: { type: 'string', multiple: true },
      mission: { type: 'string' },
      approve: { type: 'boolean' },
      answer: { type: 'string', multiple: true },
      'no-open': { type: 'boolean' },
      'max-time': { type: 'string' },
      verbose: { type: 'boolean', short: 'v' },
      curl: { type: 'boolean' },
      'show-secrets': { type: 'boolean' },
      key: { type: 'string' },
      'agent-token': { type: 'string' },
      dev: { type: 'string' },
    },
    async run(given, terminal) {
      const options = await readOptions(given, terminal)
      if (options.curl) assertFitsInCommand(options.content)
      const trace = new Trace(terminal, options)
      try {
        const { received, outgoing, credential, isHeld, caller } = await callApi(
          options,
          terminal,
          clock,
          trace,
        )
        const isAccepted = received !== undefined && received.status >= 200 && received.status < 300
        if (received !== undefined && !(options.curl && isAccepted))
          return reportAnswer({ received, isHeld }, trace.hops, options, terminal, clock.now())
        const message = await caller.sign(outgoing, credential)
        const answer = outgoing.body && { octets: outgoing.body, type: 'application/json' }
        const line = curlLine(message, outgoing.url, outgoing.isPoll ? answer : options.content)
        if (options.json) printJson({ curl: line, hops: trace.hops }, terminal)
        else terminal.print(line)
        if (isAccepted)
          terminal.say(
            `The API took the request with the ${named(credential.kind)} already: the command makes it again.`,
          )
        terminal.say('The command is a credential for 60 s: whoever has it can make this call.')
        return 0
      } catch (error) {
        if (!(error instanceof FetchFailure)) throw error
        return reportFailure(error, trace.hops, options, terminal)
      }
    },
  }
}

export const command: Command = fetchCommand(systemClock)
