import { type Command, type Given, textsOf, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import { confirmHost } from './confirm-host.ts'
import { Examination } from './examination.ts'
import { examine } from './examine.ts'
import { type Network, network as thisMachine } from './network.ts'
import { Prober } from './prober.ts'
import { readCaller } from './read-caller.ts'
import { findingLines, leftOutLines } from './report-text.ts'
import { targetOf } from './target.ts'

const help = `aauth doctor URL [OPTIONS]

Examines a running API from outside and says what is wrong and what to do about it: metadata, keys, challenge, clock,
caches, and what a proxy does to signed requests. URL is that of a guarded route.

It sends GET and HEAD requests to that host alone: at most 24, 4 at once, 64 KiB and 3 s each. It follows no redirect.

  --as AGENT            sign as an agent of the world that \`aauth dev\` runs
  --key FILE            sign with this private JWK, and
  --agent-token FILE    with the agent token that is bound to it
  --also HOST           let HOST be asked too where the metadata names it; may be repeated
  --yes HOST            the host of URL again, where it is not this machine and nobody is there to type it
  --probe-query         allow probes with a random query behind URL
  --json                print one JSON document

Without --as or --key the checks that need a verified caller are left out.

Exit codes: 0 nothing found; 1 something found; 2 not done as written.

Example:
  npx @aauth-guard/cli doctor http://localhost:3000/notes --as planner
  npx @aauth-guard/cli doctor https://notes.example/notes --yes notes.example --json`

/** The command, with the network that it uses. */
export function doctorCommand(network: Network): Command {
  return {
    help,
    options: {
      as: { type: 'string' },
      key: { type: 'string' },
      'agent-token': { type: 'string' },
      also: { type: 'string', multiple: true },
      yes: { type: 'string', multiple: true },
      'probe-query': { type: 'boolean' },
    },
    async run(given, terminal) {
      const target = targetOf(urlOf(given))
      const also = hostsOf(given)
      const caller = await readCaller(given, terminal, target, network.now)
      await confirmHost(given, terminal, target)
      const examination = new Examination({
        target,
        prober: new Prober(target, network),
        caller,
        also,
        probesQuery: given.values['probe-query'] === true,
        now: network.now,
      })
      const report = await examine(examination)
      if (given.values.json === true) terminal.print(JSON.stringify(report))
      else {
        terminal.print(findingLines(report))
        for (const line of leftOutLines(report)) terminal.say(line)
      }
      return report.findings.length === 0 ? 0 : 1
    },
  }
}

export const command: Command = doctorCommand(thisMachine)

function urlOf({ positionals }: Given): string {
  const [url, ...more] = positionals
  if (url === undefined) throw new UsageError('no URL was given: write `aauth doctor URL`')
  if (more.length > 0)
    throw new UsageError(
      `${quotedForTerminal(more[0] ?? '')} stands behind the URL: examine one URL at a time`,
    )
  return url
}

/** Host names, with a port where it is not that of https. */
function hostsOf(given: Given): ReadonlySet<string> {
  const hosts = textsOf(given, 'also')
  for (const host of hosts) {
    if (!URL.canParse(`https://${host}`) || new URL(`https://${host}`).host !== host)
      throw new UsageError(
        `"--also" is ${quotedForTerminal(host)}, which is not a host: write its name alone`,
      )
  }
  return new Set(hosts)
}
