import { type Command, type Given, textsOf, UsageError } from '../command.ts'
import { readInput } from '../recording/read-input.ts'
import { readRecording } from '../recording/read-recording.ts'
import type { RecordedRequest, Recording } from '../recording/recording.ts'
import { withoutSecrets, withoutTokens } from '../terminal/secrets.ts'
import { quotedForTerminal, shownJson } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { requestLines, tokenLines } from './report-text.ts'
import { type RequestReport, reportRequest } from './request-report.ts'
import { isToken } from './token.ts'
import { reportToken, type TokenReport, type Verifier } from './token-report.ts'
import { notAsked, TokenVerifier } from './verify-token.ts'

const help = `aauth inspect TOKEN|FILE|- [--verify --issuer URL] [--show-secrets] [--json]

Says what a token or a recorded request is: of which generation, with which claims, how old, and what a resource would
still ask for. FILE, or stdin with -, holds a token, a request as HTTP/1.1 has it, what \`curl -v\` wrote, JSON with
"method", "url" and "headers", or a HAR of a browser. Nothing is verified unless --verify is given.

  --verify         verifies tokens with the keys of their issuers, which are fetched from public addresses only
  --issuer URL     an issuer whose keys may be fetched; may be repeated. Of others nothing is fetched
  --show-secrets   shows tokens, signatures and credentials whole
  --json           prints one JSON document

Exit codes: 0 shown, and verified where --verify is given; 1 a token did not verify; 2 not done as written.

Example:
  npx @aauth-guard/cli inspect request.txt
  pbpaste | npx @aauth-guard/cli inspect - --verify --issuer https://ps.example`

/** What the command uses of the world. */
export interface InspectEnvironment {
  /** Seconds. */
  readonly now: () => number
  /** Fetches from public issuers; default the guarded fetch of core. */
  readonly fetch?: typeof fetch
}

/** The command, with the world that it uses. */
export function inspectCommand(environment: InspectEnvironment): Command {
  return {
    help,
    options: {
      verify: { type: 'boolean' },
      issuer: { type: 'string', multiple: true },
      'show-secrets': { type: 'boolean' },
    },
    async run(given, terminal) {
      const verifier = verifierOf(given, environment)
      const verify: Verifier =
        verifier === undefined ? async () => notAsked : (token) => verifier.verify(token)
      try {
        const now = environment.now()
        const found = await read(given, terminal)
        const tokens =
          typeof found === 'string'
            ? [await printToken(found, now, verify, given, terminal)]
            : await printRequests(found, now, verify, given, terminal)
        return verifier === undefined || areVerified(tokens) ? 0 : 1
      } finally {
        verifier?.close()
      }
    },
  }
}

export const command: Command = inspectCommand({ now: () => Math.floor(Date.now() / 1000) })

/** A token, or what was recorded. @throws {UsageError} */
async function read({ positionals: [name, more] }: Given, terminal: Terminal): Promise<string | Recording> {
  if (name === undefined) throw new UsageError('nothing is named: write a token, a file, or - for stdin')
  if (more !== undefined)
    throw new UsageError(`${quotedForTerminal(more)} is too much: inspect one at a time`)
  if (isToken(name)) return name
  const octets = await readInput(name, terminal)
  const text = Buffer.from(octets).toString('latin1').trim()
  return isToken(text) ? text : readRecording(octets)
}

async function printToken(
  text: string,
  now: number,
  verify: Verifier,
  { values }: Given,
  terminal: Terminal,
): Promise<TokenReport> {
  const report = await reportToken(text, now, verify, false)
  if (report === undefined)
    throw new UsageError('this has the form of a token, but its header or its claims are not JSON objects')
  const showsSecrets = values['show-secrets'] === true
  const { verified } = report.verification
  if (values.json === true) terminal.print(jsonOf({ form: 'token', verified, token: report }, showsSecrets))
  else terminal.print(tokenLines(report, showsSecrets).join('\n').trimEnd())
  return report
}

/** Each request, and the tokens they carry. */
async function printRequests(
  { form, requests }: Recording,
  now: number,
  verify: Verifier,
  { values }: Given,
  terminal: Terminal,
): Promise<readonly TokenReport[]> {
  const showsSecrets = values['show-secrets'] === true
  // A browser records all that it loads.
  const relevant = form === 'HAR' ? requests.filter(concernsAAuth) : requests
  const leftOut = requests.length - relevant.length
  if (leftOut > 0)
    terminal.say(`${leftOut} of ${requests.length} requests have nothing of AAuth and are left out.`)
  const reports: RequestReport[] = []
  for (const request of relevant) reports.push(await reportRequest(request, now, verify))
  const tokens = reports.flatMap(({ token }) => token ?? [])
  if (values.json === true)
    terminal.print(
      jsonOf({ form, verified: areVerified(tokens), requests: reports.map(cut(showsSecrets)) }, showsSecrets),
    )
  else for (const report of reports) terminal.print(requestLines(report, form, showsSecrets).join('\n'))
  return tokens
}

function concernsAAuth({ headers, answer }: RecordedRequest): boolean {
  const names = [...headers, ...(answer?.headers ?? [])].map(([name]) => name)
  return names.some((name) => name === 'signature-key' || name.startsWith('aauth-'))
}

function areVerified(tokens: readonly TokenReport[]): boolean {
  return tokens.length > 0 && tokens.every(({ verification }) => verification.verified)
}

function verifierOf(given: Given, { now, fetch: fetcher }: InspectEnvironment): TokenVerifier | undefined {
  const issuers = textsOf(given, 'issuer')
  if (given.values.verify !== true) {
    if (issuers.length > 0) throw new UsageError('--issuer says whose keys --verify fetches: add --verify')
    return undefined
  }
  if (issuers.length === 0)
    throw new UsageError(
      '--verify fetches keys of issuers that are named: add --issuer with "iss" of the token',
    )
  return new TokenVerifier(issuers, now, fetcher)
}

/** A report whose fields can be printed. */
function cut(showsSecrets: boolean): (report: RequestReport) => unknown {
  const cutLine = ([name, value]: readonly [string, string]): readonly string[] => [
    name,
    showsSecrets ? value : withoutSecrets(name, value),
  ]
  return ({ headers, answer, ...report }) => ({
    ...report,
    headers: headers.map(cutLine),
    ...(answer && { answer: { ...answer, headers: answer.headers.map(cutLine) } }),
  })
}

function jsonOf(document: object, showsSecrets: boolean): string {
  const text = shownJson(JSON.stringify(document))
  return showsSecrets ? text : withoutTokens(text)
}
