import { allowDevServers } from '@aauth-guard/core/dev'
import { type Command, type Given, textOf, UsageError } from '../command.ts'
import { readInput } from '../recording/read-input.ts'
import { readRecording } from '../recording/read-recording.ts'
import { quotedForTerminal, shownJson } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readConfig, type VerifyConfig } from './config.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { reportOf, reportText } from './report.ts'
import { selectRequest } from './select-request.ts'
import { timeOfDecision } from './time-of-decision.ts'

const help = `aauth verify FILE --config CONFIG.json|.js [--at TIME] [--entry N] [--json]

Decides a recorded request as your API would have decided it, and explains each step. There is no network: keys come
from the configuration. FILE, or stdin with -, holds a request as HTTP/1.1 has it, what \`curl -v\` wrote, JSON with
"method", "url" and "headers", or a HAR of a browser.

  --config FILE   options of createResource, and beside them "requirement" (of the route), "keys" (by issuer: a JWKS,
                  or the path of a file with one) and "documents" (by URL: what else issuers publish). A .js file
                  exports them as default; it is run
  --at TIME       when the request arrived: seconds since 1970 or an ISO date; default the time of the recording, else
                  "created" of the signature
  --entry N       which of several recorded requests
  --json          prints one JSON document

Whether a token was revoked, a mission terminated or a signature used before is not looked up.

Exit codes: 0 accepted; 1 refused or challenged; 2 not done as written.

Example:
  npx @aauth-guard/cli verify request.txt --config verify.json

  {
    "issuer": "https://notes.example",
    "trust": { "agentProviders": "any", "personServers": ["https://ps.example"] },
    "scopes": { "notes.read": "Read your notes" },
    "requirement": { "scope": "notes.read" },
    "keys": { "https://ps.example": "ps.jwks.json" }
  }`

export const command: Command = {
  help,
  options: { config: { type: 'string' }, at: { type: 'string' }, entry: { type: 'string' } },
  async run(given, terminal) {
    const config = await configOf(given, terminal)
    const request = selectRequest(
      readRecording(await readInput(fileOf(given), terminal)),
      textOf(given, 'entry'),
    )
    const time = timeOfDecision(request, textOf(given, 'at'), Math.floor(Date.now() / 1000))
    const now = time.seconds
    const decision = await decide(config, request, now)
    const steps = await explain({
      request,
      options: config.options,
      now,
      decision,
      probe: (changes, at = now) => decide(config, request, at, changes),
    })
    const report = reportOf(request, time, decision, steps)
    terminal.print(given.values.json === true ? shownJson(JSON.stringify(report)) : reportText(report))
    return decision.outcome === 'accepted' ? 0 : 1
  },
}

async function configOf(given: Given, terminal: Terminal): Promise<VerifyConfig> {
  const path = textOf(given, 'config')
  if (path === undefined)
    throw new UsageError(
      '--config is missing: name a file with the options of your API; aauth verify --help has one',
    )
  const config = await readConfig(path)
  if (config.leftOut.length > 0)
    terminal.say(`Left out, since they reach outside of this process: ${config.leftOut.join(', ')}.`)
  // Nothing is dialled, so requests of a development world can be decided as well.
  allowDevServers([String(config.options.issuer), ...config.issuers])
  return config
}

function fileOf({ positionals: [file, more] }: Given): string {
  if (file === undefined) throw new UsageError('no file is named: write one, or - for stdin')
  if (more !== undefined) throw new UsageError(`${quotedForTerminal(more)} is too much: verify one at a time`)
  return file
}
